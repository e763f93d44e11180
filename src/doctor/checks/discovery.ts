import { domainPrefixOf, isUserPool, userPoolIdOf } from '../../cognito/user-pool.js';
import { algorithmsOf } from '../../tokens/algorithms.js';
import { type DoctorContext, type ProviderMetadata } from '../context.js';
import {
  discoveryAddress,
  type DiscoveryDocument,
  type ReadDiscovery,
  readDiscovery,
} from '../discovery-document.js';
import type { Check, CheckResult, Finding } from '../finding.js';
import { reachedOtherwise } from '../other-ways.js';
import { issuerNearMiss } from '../issuer-near-miss.js';

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
      const other = await reachedOtherwise(context);
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
  const { issuer } = context.settings;
  const metadata = metadataFrom(document, issuer);
  if (metadata === undefined) return { findings: [...found, incomplete(issuer, document)] };
  context.metadata = metadata;
  return { findings: found, detail: new URL(metadata.authorizationEndpoint).host };
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

function metadataFrom(document: DiscoveryDocument, issuer: string): ProviderMetadata | undefined {
  const url = (name: string): string | undefined => {
    const value = document[name];
    return typeof value === 'string' && URL.canParse(value) ? value : undefined;
  };
  const authorizationEndpoint = url('authorization_endpoint');
  const tokenEndpoint = url('token_endpoint');
  const jwksUri = url('jwks_uri');
  if (!authorizationEndpoint || !tokenEndpoint || !jwksUri) return undefined;
  return {
    issuer: String(document['issuer']),
    authorizationEndpoint,
    tokenEndpoint,
    jwksUri,
    endSessionEndpoint: url('end_session_endpoint'),
    signatureAlgorithms: algorithmsOf(issuer, document['id_token_signing_alg_values_supported']),
    clientAuthentication: {
      issuer: String(document['issuer']),
      token_endpoint_auth_methods_supported: document['token_endpoint_auth_methods_supported'],
      token_endpoint_auth_signing_alg_values_supported:
        document['token_endpoint_auth_signing_alg_values_supported'],
    },
    requiresPushedRequests: document['require_pushed_authorization_requests'] === true,
  };
}

function incomplete(issuer: string, document: DiscoveryDocument): Finding {
  const missing = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'].filter(
    (name) => typeof document[name] !== 'string',
  );
  if (isUserPool(issuer) && missing.includes('authorization_endpoint')) {
    const userPoolId = userPoolIdOf(issuer);
    return {
      code: 'domain_missing',
      what: `The user pool ${userPoolId} has no domain.`,
      fix: {
        text: 'Give it one: a prefix of your choice that nobody in the region has, or a domain of your own.',
        console: 'Amazon Cognito › User pools › the master pool › Domain › Create Cognito domain',
        change: { kind: 'domain', userPoolId, prefix: domainPrefixOf(userPoolId) },
      },
    };
  }
  return {
    code: 'metadata_incomplete',
    what: `The discovery document has no ${missing.join(', no ') || 'usable addresses'}.`,
    fix: {
      text: 'The OpenID provider is not set up for the authorization code flow; set it up there.',
    },
  };
}
