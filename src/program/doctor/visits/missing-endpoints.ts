import { domainPrefixOf, isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import type { EndpointProblem } from '../../../tokens/provider-metadata.js';
import type { DoctorContext } from '../context/context.js';
import type { DiscoveryDocument } from './discovery-document.js';
import { type Finding, finding } from '../findings/finding.js';

/**
 * What is wrong where the discovery document names no endpoint, or none that the site would use; a
 * cause may come twice.
 */
export function endpointFindings(
  { settings }: DoctorContext,
  document: DiscoveryDocument,
  problems: readonly EndpointProblem[],
): Finding[] {
  const { issuer } = settings;
  const missing = problems.filter(isMissing).map(({ name }) => name);
  const lacksDomain = isUserPool(issuer) && missing.includes('authorization_endpoint');
  // An issuer that requires it, and has no place for it, contradicts itself: no setting helps.
  const isRequired = document['require_pushed_authorization_requests'] === true;
  const causeOf = (name: string): Finding | undefined => {
    if (!missing.includes(name)) return undefined;
    if (lacksDomain && OF_DOMAIN.includes(name)) return domainMissing(issuer);
    if (name === PUSHING && !isRequired) return pushedRequestsUnsupported(issuer);
    return name === 'userinfo_endpoint' ? userInfoUnsupported(issuer) : undefined;
  };
  const causes = problems.map(({ name }) => causeOf(name));
  const others = problems.filter((_, index) => causes[index] === undefined);
  return [
    ...causes.filter((cause) => cause !== undefined),
    ...(others.length === 0 ? [] : [incomplete(others)]),
  ];
}

const isMissing = ({ problem }: EndpointProblem): boolean => problem === 'is missing';

const PUSHING = 'pushed_authorization_request_endpoint';

/** What a user pool has only with a domain. */
const OF_DOMAIN = ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint'];

function domainMissing(issuer: string): Finding {
  const userPoolId = userPoolIdOf(issuer);
  return finding(
    'domain_missing',
    `The user pool ${userPoolId} has no domain.`,
    'Give it one: a prefix of your choice that nobody in the region has, or a domain of your own.',
    {
      console: 'Amazon Cognito › User pools › the master pool › Domain › Create Cognito domain',
      change: { kind: 'domain', userPoolId, prefix: domainPrefixOf(userPoolId) },
    },
  );
}

const pushedRequestsUnsupported = (issuer: string): Finding =>
  finding(
    'pushed_requests_unsupported',
    `PUSHED_AUTHORIZATION_REQUESTS is always, and ${issuer} takes none: its discovery document has no ${PUSHING}.`,
    isUserPool(issuer)
      ? 'Write as-required: no user pool takes pushed requests.'
      : 'Write as-required, or switch pushed authorization requests on at the OpenID provider.',
    { set: { PUSHED_AUTHORIZATION_REQUESTS: 'as-required' } },
  );

const userInfoUnsupported = (issuer: string): Finding =>
  finding(
    'user_info_unsupported',
    `USER_INFO is merge, and the discovery document of ${issuer} has no userinfo_endpoint.`,
    'Write none, and let the OpenID provider put what you need into the ID token.',
    { set: { USER_INFO: 'none' } },
  );

function incomplete(problems: readonly EndpointProblem[]): Finding {
  const missing = problems.filter(isMissing).map(({ name }) => name);
  const sentences = [
    ...(missing.length === 0 ? [] : [`The discovery document has no ${missing.join(', no ')}.`]),
    ...problems
      .filter((each) => !isMissing(each))
      .map(({ name, problem }) => `In the discovery document ${name} ${problem}.`),
  ];
  return finding(
    'metadata_incomplete',
    sentences.join(' '),
    'The OpenID provider is not set up for the authorization code flow, or not wholly; mend it there.',
  );
}
