import { newestSecret } from '../model/credentials/client-secrets.js';
import type { AppClient, IdentityProvider, PoolUser } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import type { ClientSeed, IdentityProviderSeed, PoolSeed, PoolsSeed, UserSeed } from './seed.js';

/**
 * The pools as a seed that starts the same pools with the same ids, secrets and users; hashes
 * instead of passwords. Addresses of these pools become references, since the next start may listen
 * on another port.
 */
export function dumpSeed(pools: readonly UserPool[]): PoolsSeed {
  return { pools: pools.map((pool) => dumpPool(pool, pools)) };
}

function dumpPool(pool: UserPool, pools: readonly UserPool[]): PoolSeed {
  const { id, name, settings, mainDomain } = pool;
  return {
    name,
    id,
    domain: mainDomain?.name ?? null,
    managedLoginVersion: mainDomain?.managedLoginVersion,
    settings,
    clients: [...pool.clients.values()].map((client) => dumpClient(client, pools)),
    identityProviders: [...pool.identityProviders.values()].map((provider) =>
      dumpProvider(provider, pools),
    ),
    groups: [...pool.groups.values()]
      .filter((group) => !isOfProvider(pool, group.name))
      .map((group) => ({
        name: group.name,
        description: group.description,
        roleArn: group.roleArn,
        precedence: group.precedence,
      })),
    resourceServers: [...pool.resourceServers.values()].map((each) => ({ ...each })),
    users: [...pool.users.values()].map(dumpUser),
  };
}

const isOfProvider = (pool: UserPool, group: string): boolean =>
  [...pool.identityProviders.values()].some((provider) => pool.groupOf(provider) === group);

function dumpClient(client: AppClient, pools: readonly UserPool[]): ClientSeed {
  const { CallbackURLs, LogoutURLs, ...settings } = client.settings;
  const added = client.secrets.filter(({ isOriginal }) => !isOriginal);
  return {
    name: client.name,
    id: client.id,
    secret: client.secrets.find(({ isOriginal }) => isOriginal)?.value ?? null,
    ...(added.length > 0 && { addedSecrets: added.map(({ value }) => value) }),
    callbackUrls: CallbackURLs?.map((url) => {
      const pool = pools.find(
        (each) => each.mainDomain && url === `${each.domain}/oauth2/idpresponse`,
      );
      return pool ? { idpResponseOf: pool.name } : url;
    }),
    logoutUrls: LogoutURLs,
    settings,
  };
}

function dumpProvider(
  provider: IdentityProvider,
  pools: readonly UserPool[],
): IdentityProviderSeed {
  const {
    client_id: id = '',
    client_secret: secret = '',
    oidc_issuer: issuer = '',
    authorize_scopes: scopes,
    ...details
  } = provider.settings.ProviderDetails ?? {};
  const upstream = pools.find((pool) => pool.issuer === issuer);
  const registration = upstream?.client(id);
  return {
    name: provider.name,
    identifiers: provider.settings.IdpIdentifiers,
    issuer: upstream ? { pool: upstream.name } : issuer,
    client:
      upstream && registration && newestSecret(registration) === secret
        ? { pool: upstream.name, name: registration.name }
        : { id, secret },
    scopes,
    attributeMapping: provider.settings.AttributeMapping,
    details,
  };
}

function dumpUser(user: PoolUser): UserSeed {
  const { username, sub, status, enabled, password, attributes, groups } = user;
  const hash = password === undefined ? {} : { passwordHash: password.hash() };
  return {
    username,
    sub,
    status,
    enabled,
    ...hash,
    attributes: { ...attributes },
    groups: [...groups],
  };
}
