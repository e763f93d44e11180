import { newestSecret } from '../model/credentials/client-secrets.js';
import type { PoolKeys } from '../model/credentials/keys.js';
import { passwordFromHash, storePassword } from '../model/credentials/password.js';
import { makePoolId, makeSub } from '../model/identifiers.js';
import { identityProvider } from '../model/identity-provider.js';
import { issuerOf, type PoolPlacement } from '../model/pool-contents.js';
import type { AppClient, IdentityProvider, PoolUser } from '../model/pool-state.js';
import type { PoolSettings, SchemaAttribute } from '../model/settings/settings.js';
import { UserPool } from '../model/user-pool.js';
import { clientFrom } from './client-from-seed.js';
import {
  domainOf,
  type IdentityProviderSeed,
  type PoolSeed,
  type PoolsSeed,
  type UserSeed,
} from './seed.js';

/** Where seeds become pools. */
export interface SeedPlacement extends PoolPlacement {
  /** For pools whose seed has no id. */
  readonly region: string;
  /** When they count as created, epoch milliseconds. */
  readonly now: number;
}

/** A pool of the seed as far as another one may refer to it. */
interface PoolDraft {
  readonly seed: PoolSeed;
  readonly id: string;
  readonly issuer: string;
  readonly clients: readonly AppClient[];
}

/**
 * Makes the pools of a seed and joins them.
 *
 * @param keys one pair per pool, in the order of the seed
 */
export function createUserPools(
  { pools: seeds }: PoolsSeed,
  keys: readonly PoolKeys[],
  placement: SeedPlacement,
): UserPool[] {
  const seedNamed = (name: string): PoolSeed | undefined =>
    seeds.find((each) => each.name === name);
  const domainOfPool = (name: string): string =>
    `${placement.origin}/${domainOf(seedNamed(name) ?? { name })}`;
  const drafts = seeds.map((seed) => {
    const id = seed.id ?? makePoolId(placement.region);
    const clients = (seed.clients ?? []).map((client) =>
      clientFrom(client, seed, domainOfPool, placement.now),
    );
    return { seed, id, clients, issuer: issuerOf(id, placement) };
  });
  return drafts.map((draft, index) => poolFrom(draft, keys[index]!, drafts, placement));
}

function poolFrom(
  { seed, id, clients }: PoolDraft,
  keys: PoolKeys,
  drafts: readonly PoolDraft[],
  placement: SeedPlacement,
): UserPool {
  const { now } = placement;
  const domain = domainOf(seed);
  const managedLoginVersion = seed.managedLoginVersion ?? 1;
  const contents = {
    id,
    name: seed.name,
    settings: poolSettingsFrom(seed),
    mfaSettings: {},
    domains:
      domain === undefined
        ? []
        : [{ name: domain, managedLoginVersion, certificateArn: undefined }],
    clients,
    identityProviders: (seed.identityProviders ?? []).map((each) =>
      identityProviderFrom(each, drafts, now),
    ),
    groups: (seed.groups ?? []).map(({ name, description, roleArn, precedence }) => ({
      name,
      description,
      roleArn,
      precedence,
      createdAt: now,
      modifiedAt: now,
    })),
    resourceServers: (seed.resourceServers ?? []).map(({ identifier, name, scopes }) => ({
      identifier,
      name: name ?? identifier,
      scopes: scopes.map((scope) => ({
        name: scope.name,
        description: scope.description ?? scope.name,
      })),
    })),
    brandings: [],
    users: (seed.users ?? []).map((user) => userFrom(user, id, now)),
    keys,
    retiredKeys: [],
    createdAt: now,
    modifiedAt: now,
  };
  return new UserPool(contents, placement);
}

function poolSettingsFrom(seed: PoolSeed): PoolSettings {
  const { passwordPolicy: policy, requiredAttributes = [], settings = {} } = seed;
  const required = requiredAttributes.map((Name) => ({ Name, Required: true }));
  const schema = [...(settings.Schema ?? []), ...required, ...customAttributesIn(seed)];
  const Policies = policy && {
    PasswordPolicy: {
      MinimumLength: policy.minimumLength ?? 8,
      RequireUppercase: policy.requireUppercase ?? true,
      RequireLowercase: policy.requireLowercase ?? true,
      RequireNumbers: policy.requireNumbers ?? true,
      RequireSymbols: policy.requireSymbols ?? true,
      TemporaryPasswordValidityDays: 7,
    },
  };
  return {
    ...settings,
    ...(Policies && { Policies }),
    ...(schema.length > 0 && { Schema: schema }),
  };
}

/** A seed need not declare its custom attributes: those its users and mappings have are there. */
function customAttributesIn({
  users = [],
  identityProviders = [],
  settings,
}: PoolSeed): SchemaAttribute[] {
  const used = [
    ...users.flatMap(({ attributes = {} }) => Object.keys(attributes)),
    ...identityProviders.flatMap(({ attributeMapping = {} }) => Object.keys(attributeMapping)),
  ];
  const declared = (settings?.Schema ?? []).map(
    ({ Name }) => `custom:${Name.replace(/^custom:/, '')}`,
  );
  return [...new Set(used)]
    .filter((name) => name.startsWith('custom:') && !declared.includes(name))
    .map((Name) => ({ Name, AttributeDataType: 'String', Mutable: true }));
}

/**
 * The references to other pools turned into URLs and credentials; the check of the seed saw that
 * they exist.
 */
function identityProviderFrom(
  seed: IdentityProviderSeed,
  drafts: readonly PoolDraft[],
  now: number,
): IdentityProvider {
  const { issuer, client } = seed;
  const draftNamed = (name: string): PoolDraft => drafts.find((draft) => draft.seed.name === name)!;
  const registrationAt = (at: { readonly pool: string; readonly name: string }) => {
    const found = draftNamed(at.pool).clients.find(({ name }) => name === at.name)!;
    return { id: found.id, secret: newestSecret(found) };
  };
  const registration = 'pool' in client ? registrationAt(client) : client;
  return identityProvider(
    { name: seed.name, createdAt: now, modifiedAt: now },
    {
      ProviderDetails: {
        ...seed.details,
        client_id: registration.id,
        client_secret: registration.secret ?? '',
        attributes_request_method: seed.details?.['attributes_request_method'] ?? 'GET',
        oidc_issuer: typeof issuer === 'string' ? issuer : draftNamed(issuer.pool).issuer,
        authorize_scopes: seed.scopes ?? 'openid',
      },
      AttributeMapping: { ...seed.attributeMapping },
      IdpIdentifiers: seed.identifiers && [...seed.identifiers],
    },
  );
}

/** A user as the seed has them; the password is hashed in the background. */
function userFrom(seed: UserSeed, poolId: string, now: number): PoolUser {
  const { username } = seed;
  return {
    username,
    sub: seed.sub ?? makeSub(),
    status: seed.status ?? 'CONFIRMED',
    enabled: seed.enabled ?? true,
    attributes: { ...seed.attributes },
    groups: [...(seed.groups ?? [])],
    password: seed.passwordHash
      ? passwordFromHash(seed.passwordHash)
      : seed.password === undefined
        ? undefined
        : storePassword(seed.password, { poolId, username }),
    passwordExpiresAt: undefined,
    createdAt: now,
    modifiedAt: now,
  };
}
