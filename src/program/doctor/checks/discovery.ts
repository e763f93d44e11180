import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import { algorithmsOf } from '../../../tokens/algorithms.js';
import {
  endpointProblems,
  endpointsFor,
  type EndpointProblem,
  LOGIN_ENDPOINTS,
  discoveryAddress,
} from '../../../tokens/provider-metadata.js';
import type { DoctorContext, ProviderMetadata } from '../context/context.js';
import {
  type DiscoveryDocument,
  type ReadDiscovery,
  readDiscovery,
} from '../visits/discovery-document.js';
import type { Check, CheckResult, Finding } from '../findings/finding.js';
import { findOtherWay } from '../visits/other-ways.js';
import { issuerNearMiss } from '../visits/issuer-near-miss.js';
import { endpointFindings } from '../visits/missing-endpoints.js';

/**
 * The discovery document: there, of this very issuer, with the addresses a sign-in needs.
 * @see OpenID Connect Discovery 1.0, section 4.3
 */
export const discovery: Check<DoctorContext> = {
  name: 'discovery',
  title: 'Discovery document of the issuer',
  async run(context) {
    const { issuer, clientId } = context.settings;
    const { fetch, now } = context;
    const read = await readDiscovery(issuer, fetch, now);
    if ('document' in read) return examine(context, read, issuerFindings(issuer, read.document));
    if ('unreachable' in read) {
      const other = await findOtherWay(context);
      if (other !== undefined) return { findings: [other] };
    }
    const miss = await issuerNearMiss(issuer, { ...context, clientId });
    if (miss?.confirmed !== undefined) {
      goOnWith(context, miss.confirmed.issuer);
      return examine(context, miss.confirmed.read, [miss.finding]);
    }
    const finding =
      'unreachable' in read
        ? unreachable(read.unreachable, issuer)
        : unknown(read.unusable, issuer);
    return { findings: miss === undefined ? [finding] : [miss.finding, finding] };
  },
};

type Documented = Extract<ReadDiscovery, { document: unknown }>;

function examine(
  context: DoctorContext,
  { document, aheadSeconds }: Documented,
  found: readonly Finding[],
): CheckResult {
  if (aheadSeconds !== undefined) context.clockAheadSeconds = aheadSeconds;
  if (found[0]?.code === 'issuer_trailing_slash') goOnWith(context, String(document['issuer']));
  const { issuer, userInfo, pushedAuthorizationRequests } = context.settings;
  // What the site asks for, so that it fails here as it would fail there.
  const asked = endpointsFor({
    mergesUserInfo: userInfo === 'merge',
    pushesRequests: pushedAuthorizationRequests,
  });
  const problems = endpointProblems(document, issuer, asked);
  const findings = [...found, ...endpointFindings(context, document, problems)];
  const metadata = metadataFrom(document, issuer, problems);
  if (metadata === undefined) return { findings };
  context.metadata = metadata;
  return { findings, detail: new URL(metadata.authorizationEndpoint).host };
}

/** Once it is certain what ISSUER was meant to be, the other checks look at that, and find only what is wrong besides. */
function goOnWith(context: DoctorContext, issuer: string): void {
  context.settings = { ...context.settings, issuer };
}

function unreachable(reason: string, issuer: string): Finding {
  const { protocol, host } = new URL(issuer);
  const authority =
    protocol === 'https:' ? ' A private certificate authority goes into NODE_EXTRA_CA_CERTS.' : '';
  return {
    code: 'issuer_unreachable',
    what: `The discovery document of ISSUER, ${discoveryAddress(issuer)}, cannot be read: ${reason}.`,
    fix: {
      text: `Correct ISSUER, or see that this machine reaches ${host} over ${protocol.slice(0, -1)} (DNS, firewall, HTTPS_PROXY).${authority} Then run doctor again.`,
    },
  };
}

function unknown(reason: string, issuer: string): Finding {
  return {
    code: 'issuer_unknown',
    what: `There is no discovery document of ISSUER at ${discoveryAddress(issuer)}: ${reason}.`,
    fix: isUserPool(issuer)
      ? {
          text: `Compare the region and the id of the user pool in ISSUER with the pool: https://cognito-idp.<region>.amazonaws.com/<user pool id>.`,
          console: 'Amazon Cognito › User pools › the master pool › Overview › User pool ID',
          question: {
            userPoolId: userPoolIdOf(issuer),
            operation: 'list-user-pools',
            options: { 'max-results': '60' },
          },
        }
      : { text: 'Copy ISSUER from the documentation or console of the OpenID provider.' },
  };
}

function issuerFindings(issuer: string, document: DiscoveryDocument): Finding[] {
  const actual = document['issuer'];
  if (actual === issuer || typeof actual !== 'string') return [];
  const isSlash = actual.replace(/\/$/, '') === issuer.replace(/\/$/, '');
  const difference = issuer.endsWith('/') ? 'ends with a slash' : 'lacks the slash at the end';
  const set = { ISSUER: actual };
  return [
    isSlash
      ? {
          code: 'issuer_trailing_slash',
          what: `ISSUER ${difference}, and the issuer calls itself ${actual}.`,
          fix: { text: 'Write it as the issuer does.', change: { kind: 'environment', set } },
        }
      : {
          code: 'issuer_mismatch',
          what: `ISSUER is ${issuer}, and the document found there calls itself ${actual}.`,
          fix: {
            text: 'Write ISSUER as the document does, if that is the provider you mean.',
            change: { kind: 'environment', set },
          },
        },
  ];
}

/** @returns `undefined` where the site begins no sign-in; then nothing is sent anywhere either */
function metadataFrom(
  document: DiscoveryDocument,
  issuer: string,
  problems: readonly EndpointProblem[],
): ProviderMetadata | undefined {
  const isUsable = (name: string): boolean => !problems.some((each) => each.name === name);
  if (!LOGIN_ENDPOINTS.every(isUsable)) return undefined;
  const url = (name: string): string | undefined => {
    const value = document[name];
    return isUsable(name) && typeof value === 'string' && URL.canParse(value) ? value : undefined;
  };
  return {
    issuer: String(document['issuer']),
    authorizationEndpoint: url('authorization_endpoint')!,
    tokenEndpoint: url('token_endpoint')!,
    jwksUri: url('jwks_uri')!,
    endSessionEndpoint: url('end_session_endpoint'),
    signatureAlgorithms: algorithmsOf(issuer, document['id_token_signing_alg_values_supported']),
    clientAuthentication: {
      issuer: String(document['issuer']),
      token_endpoint_auth_methods_supported: document['token_endpoint_auth_methods_supported'],
      token_endpoint_auth_signing_alg_values_supported:
        document['token_endpoint_auth_signing_alg_values_supported'],
    },
    requiresPushedRequests: document['require_pushed_authorization_requests'] === true,
    pushEndpoint: url('pushed_authorization_request_endpoint'),
  };
}
