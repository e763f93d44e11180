import type {
  IdentityProviderType,
  UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider';
import { mappingFindings } from '../pools/mapping-findings.js';
import type { Check, DoctorContext } from '../context/context.js';
import { readDiscovery } from '../visits/discovery-document.js';
import { compact, finding, type Finding, type Findings } from '../findings/finding.js';
import { providerNameCase, providerNotEnabled } from '../clients/master-client.js';
import { upstreamFindings } from '../clients/upstream-settings.js';
import type { UserPools, UserPool } from '../context/user-pools.js';
import { masterPool } from './within-pools.js';

/**
 * Each identity provider of IDENTITY_PROVIDERS (without any, of our app client), as the master pool
 * has it, and the pool behind it.
 */
export const identityProviders: Check = {
  name: 'identity-providers',
  title: 'Identity providers and the pools behind them (AWS)',
  run: (context) =>
    masterPool(context, async (userPools, pool) => {
      const { settings } = context;
      const names = await userPools.providerNames(pool.Id);
      const client = await userPools.client(pool.Id, settings.clientId);
      const chosen = settings.identityProviders.map(({ name }) => name);
      const offered = chosen.length > 0 ? chosen : (client?.SupportedIdentityProviders ?? []);
      const findings: Finding[] = [];
      for (const name of offered.filter((each) => each !== 'COGNITO')) {
        findings.push(...compact(await examine(context, userPools, { pool, client, name, names })));
      }
      return { findings, detail: names.join(', ') || 'none' };
    }),
};

interface Examined {
  readonly pool: UserPool;
  readonly client: UserPoolClientType | undefined;
  readonly name: string;
  /** All there are in the pool. */
  readonly names: readonly string[];
}

async function examine(
  context: DoctorContext,
  userPools: UserPools,
  { pool, client, name, names }: Examined,
): Promise<Findings> {
  const otherCase = names.find((each) => each.toLowerCase() === name.toLowerCase());
  if (otherCase !== undefined && otherCase !== name) {
    return [providerNameCase(context, name, otherCase)];
  }
  const userPoolId = pool.Id;
  const provider = await userPools.provider(userPoolId, name);
  if (provider === undefined) return [providerMissing(name, names)];

  const asksForEmail = context.settings.scope.split(' ').includes('email');
  const isEnabled = client?.SupportedIdentityProviders?.includes(name) === true;
  return [
    client === undefined || isEnabled ? undefined : providerNotEnabled(context, name),
    await issuerFinding(context, userPoolId, provider),
    ...mappingFindings({ userPoolId, name, asksForEmail }, provider, pool, client),
    ...(await upstreamFindings(context, userPools, provider)),
  ];
}

const providerMissing = (name: string, names: readonly string[]): Finding =>
  finding(
    'provider_missing',
    `The master pool has no identity provider “${name}”; it has ${names.join(', ') || 'none'}.`,
    'Add it to the pool and switch it on at the app client, or correct the name in IDENTITY_PROVIDERS.',
    {
      about: name,
      console:
        'Amazon Cognito › User pools › the master pool › Social and external providers › Add identity provider',
    },
  );

/** The issuer set at the master pool, beside what the provider calls itself. */
async function issuerFinding(
  { fetch, now }: DoctorContext,
  userPoolId: string,
  { ProviderName: name = '', ProviderDetails = {} }: IdentityProviderType,
): Promise<Finding | undefined> {
  const issuer = ProviderDetails['oidc_issuer'];
  if (issuer === undefined) return undefined;
  const more = {
    about: name,
    console:
      'Amazon Cognito › User pools › the master pool › Social and external providers › the provider › Edit › Issuer URL',
  };
  const read = URL.canParse(issuer)
    ? await readDiscovery(issuer, fetch, now)
    : { unusable: 'it is no URL' };
  if (!('document' in read)) {
    const reason = 'unreachable' in read ? read.unreachable : read.unusable;
    return finding(
      'provider_issuer_unreachable',
      `“${name}” has the issuer ${issuer}, where no discovery document can be read: ${reason}.`,
      'Correct the issuer; it must answer over https on port 443.',
      more,
    );
  }
  const actual = read.document['issuer'];
  if (actual === issuer || typeof actual !== 'string') return undefined;
  const isSlash = actual.replace(/\/$/, '') === issuer.replace(/\/$/, '');
  return finding(
    isSlash ? 'provider_issuer_trailing_slash' : 'provider_issuer_mismatch',
    `“${name}” has the issuer ${issuer}, and the provider calls itself ${actual}${isSlash ? ': a slash makes the difference' : ''}.`,
    'Write it as the provider does.',
    {
      ...more,
      change: { kind: 'identity-provider', userPoolId, name, details: { oidc_issuer: actual } },
    },
  );
}
