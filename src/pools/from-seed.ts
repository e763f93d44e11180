import { makeClientId, makeClientSecret, makeSub } from './identifiers.js';
import { storedPassword, storePassword, type PasswordPolicy } from './password.js';
import type { AppClient, IdentityProvider, PoolUser } from './pool-state.js';
import type {
  ClientSeed,
  IdentityProviderSeed,
  PasswordPolicySeed,
  PoolSeed,
  UserSeed,
} from './seed.js';

/**
 * An app client with Cognito's defaults, ids made up where the seed has none.
 *
 * @param domainOfPool domain origin of another pool of the seed, by name
 */
export function clientFrom(
  seed: ClientSeed,
  pool: PoolSeed,
  domainOfPool: (name: string) => string,
): AppClient {
  const flows = seed.flows ?? ['code'];
  return {
    name: seed.name,
    id: seed.id ?? makeClientId(),
    secret: seed.secret === null ? undefined : (seed.secret ?? makeClientSecret()),
    callbackUrls: (seed.callbackUrls ?? []).map((url) =>
      typeof url === 'string' ? url : `${domainOfPool(url.idpResponseOf)}/oauth2/idpresponse`,
    ),
    logoutUrls: seed.logoutUrls ?? [],
    flows,
    scopes:
      seed.scopes ??
      (flows.includes('client_credentials') ? ownScopes(pool) : ['openid', 'email', 'profile']),
    identityProviders: seed.identityProviders ?? ['COGNITO'],
    accessTokenSeconds: seed.accessTokenSeconds ?? 3600,
    idTokenSeconds: seed.idTokenSeconds ?? 3600,
    refreshTokenSeconds: seed.refreshTokenSeconds ?? 30 * 86_400,
    rotationGraceSeconds:
      seed.refreshTokenRotation && (seed.refreshTokenRotation.graceSeconds ?? 0),
    tokenRevocation: seed.tokenRevocation ?? true,
    preventUserExistenceErrors: seed.preventUserExistenceErrors ?? true,
  };
}

/** What a provider needs to know of another pool of the seed. */
interface ReferredPool {
  readonly issuer: string;
  readonly issuerUrl: string;
  clientNamed(name: string): AppClient;
}

/**
 * A provider, its references to other pools of the seed turned into URLs and credentials.
 *
 * @throws {TypeError} for a reference the seed check should have refused
 */
export function identityProviderFrom(
  seed: IdentityProviderSeed,
  poolNamed: (name: string) => ReferredPool,
): IdentityProvider {
  const { issuer, client } = seed;
  const discovery = '/.well-known/openid-configuration';
  const place =
    typeof issuer === 'string'
      ? { issuer, discoveryUrl: `${issuer.replace(/\/$/, '')}${discovery}` }
      : {
          issuer: poolNamed(issuer.pool).issuer,
          discoveryUrl: `${poolNamed(issuer.pool).issuerUrl}${discovery}`,
        };
  const registration = 'pool' in client ? poolNamed(client.pool).clientNamed(client.name) : client;
  if (registration.secret === undefined) throw new TypeError(`${seed.name} needs a client secret`);
  return {
    ...place,
    name: seed.name,
    identifiers: seed.identifiers ?? [],
    clientId: registration.id,
    clientSecret: registration.secret,
    scopes: seed.scopes ?? 'openid',
    attributeMapping: seed.attributeMapping ?? {},
  };
}

/** A user as the seed has them; the password is hashed in the background. */
export function userFrom(seed: UserSeed): PoolUser {
  return {
    username: seed.username,
    sub: seed.sub ?? makeSub(),
    status: seed.status ?? 'CONFIRMED',
    enabled: seed.enabled ?? true,
    attributes: { ...seed.attributes },
    groups: [...(seed.groups ?? [])],
    password: seed.passwordHash
      ? storedPassword(seed.passwordHash)
      : seed.password === undefined
        ? undefined
        : storePassword(seed.password),
  };
}

/** Cognito's default policy where the seed says nothing. */
export function passwordPolicyFrom(seed: Partial<PasswordPolicySeed> | undefined): PasswordPolicy {
  return {
    minimumLength: seed?.minimumLength ?? 8,
    requireLowercase: seed?.requireLowercase ?? true,
    requireUppercase: seed?.requireUppercase ?? true,
    requireNumbers: seed?.requireNumbers ?? true,
    requireSymbols: seed?.requireSymbols ?? true,
  };
}

const ownScopes = (pool: PoolSeed): string[] =>
  (pool.resourceServers ?? []).flatMap(({ identifier, scopes }) =>
    scopes.map((scope) => `${identifier}/${scope.name}`),
  );
