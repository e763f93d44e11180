import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import { algorithmsOf } from '../../../tokens/algorithms.js';
import {
  endpointProblems,
  endpointsFor,
  type EndpointProblem,
  LOGIN_ENDPOINTS,
  discoveryAddress,
} from '../../../tokens/provider-metadata.js';
import type { Check, DoctorContext, ProviderMetadata } from '../context/context.js';
import {
  type DiscoveryDocument,
  type ReadDiscovery,
  readDiscovery,
} from '../visits/discovery-document.js';
import { compact, finding, type CheckResult, type Finding } from '../findings/finding.js';
import { findOtherWay } from '../visits/other-ways.js';
import { issuerNearMiss } from '../visits/issuer-near-miss.js';
import { endpointFindings } from '../visits/missing-endpoints.js';

/**
 * The discovery document: there, of this very issuer, with the addresses a sign-in needs.
 * @see OpenID Connect Discovery 1.0, section 4.3
 */
export const discovery: Check = {
  name: 'discovery',
  title: 'Discovery document of the issuer',
  async run(context) {
    const { issuer, clientId } = context.settings;
    const { fetch, now } = context;
    const read = await readDiscovery(issuer, fetch, now);
    if ('document' in read) return examine(context, read, issuerFinding(issuer, read.document));
    if ('unreachable' in read) {
      const other = await findOtherWay(context);
      if (other !== undefined) return { findings: [other] };
    }
    const miss = await issuerNearMiss(issuer, { ...context, clientId });
    if (miss?.confirmed !== undefined) {
      goOnWith(context, miss.confirmed.issuer);
      return examine(context, miss.confirmed.read, miss.finding);
    }
    const unread =
      'unreachable' in read
        ? unreachable(read.unreachable, issuer)
        : unknown(read.unusable, issuer);
    return { findings: compact([miss?.finding, unread]) };
  },
};

function examine(
  context: DoctorContext,
  { document, aheadSeconds }: Extract<ReadDiscovery, { document: unknown }>,
  found: Finding | undefined,
): CheckResult {
  if (aheadSeconds !== undefined) context.clockAheadSeconds = aheadSeconds;
  if (found?.code === 'issuer_trailing_slash') goOnWith(context, String(document['issuer']));
  const { issuer, userInfo, pushedAuthorizationRequests } = context.settings;
  // What the site asks for, so that it fails here as it would fail there.
  const asked = endpointsFor({
    mergesUserInfo: userInfo === 'merge',
    pushesRequests: pushedAuthorizationRequests,
  });
  const problems = endpointProblems(document, issuer, asked);
  const findings = compact([found, ...endpointFindings(context, document, problems)]);
  const metadata = metadataFrom(document, issuer, problems);
  if (metadata === undefined) return { findings };
  context.metadata = metadata;
  return { findings, detail: new URL(metadata.authorizationEndpoint).host };
}

/**
 * Once it is certain what ISSUER was meant to be, the other checks look at that, and find only what
 * is wrong besides.
 */
function goOnWith(context: DoctorContext, issuer: string): void {
  context.settings = { ...context.settings, issuer };
}

function unreachable(reason: string, issuer: string): Finding {
  const { protocol, host } = new URL(issuer);
  const authority =
    protocol === 'https:' ? ' A private certificate authority goes into NODE_EXTRA_CA_CERTS.' : '';
  return finding(
    'issuer_unreachable',
    `The discovery document of ISSUER, ${discoveryAddress(issuer)}, cannot be read: ${reason}.`,
    `Correct ISSUER, or see that this machine reaches ${host} over ${protocol.slice(0, -1)} (DNS, firewall, HTTPS_PROXY).${authority} Then run doctor again.`,
  );
}

function unknown(reason: string, issuer: string): Finding {
  const code = 'issuer_unknown';
  const what = `There is no discovery document of ISSUER at ${discoveryAddress(issuer)}: ${reason}.`;
  if (!isUserPool(issuer)) {
    const text = 'Copy ISSUER from the documentation or console of the OpenID provider.';
    return finding(code, what, text);
  }
  return finding(
    code,
    what,
    'Compare the region and the id of the user pool in ISSUER with the pool: https://cognito-idp.<region>.amazonaws.com/<user pool id>.',
    {
      console: 'Amazon Cognito › User pools › the master pool › Overview › User pool ID',
      question: {
        userPoolId: userPoolIdOf(issuer),
        operation: 'list-user-pools',
        options: { 'max-results': '60' },
      },
    },
  );
}

function issuerFinding(issuer: string, { issuer: actual }: DiscoveryDocument): Finding | undefined {
  if (actual === issuer || typeof actual !== 'string') return undefined;
  const more = { set: { ISSUER: actual } };
  const difference = issuer.endsWith('/') ? 'ends with a slash' : 'lacks the slash at the end';
  return actual.replace(/\/$/, '') === issuer.replace(/\/$/, '')
    ? finding(
        'issuer_trailing_slash',
        `ISSUER ${difference}, and the issuer calls itself ${actual}.`,
        'Write it as the issuer does.',
        more,
      )
    : finding(
        'issuer_mismatch',
        `ISSUER is ${issuer}, and the document found there calls itself ${actual}.`,
        'Write ISSUER as the document does, if that is the provider you mean.',
        more,
      );
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
