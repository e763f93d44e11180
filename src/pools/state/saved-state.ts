import { appClient, type ClientIdentity } from '../model/app-client.js';
import { originalSecret } from '../model/credentials/client-secrets.js';
import { signingKeyFrom, type SigningKey } from '../model/credentials/keys.js';
import { passwordFromHash } from '../model/credentials/password.js';
import { identityProvider, type ProviderIdentity } from '../model/identity-provider.js';
import type { PoolPlacement } from '../model/pool-contents.js';
import type { Grant, PendingFederation } from '../model/pool-state.js';
import { UserPool } from '../model/user-pool.js';

/** Everything pools know, as JSON has it: hashes of passwords, private keys, what is under way. */
interface SavedState {
  readonly version: 1;
  /** Addresses in here begin with it; another start may have another. */
  readonly origin: string;
  readonly clockAdvancedMs: number;
  readonly pools: readonly SavedPool[];
}

type SavedPool = ReturnType<typeof savePool>;

/**
 * Everything these pools know, as text.
 *
 * @param origin of the addresses in it
 * @param clockAdvancedMs how far the clock was moved
 */
export function stateText(
  pools: readonly UserPool[],
  { origin, clockAdvancedMs }: { origin: string; clockAdvancedMs: number },
): string {
  const state: SavedState = { version: 1, origin, clockAdvancedMs, pools: pools.map(savePool) };
  return JSON.stringify(state);
}

/**
 * The pools of such a text, where they are reached now.
 *
 * @throws {TypeError} when it is something else
 */
export function poolsFromState(
  text: string,
  placement: PoolPlacement,
): { pools: UserPool[]; clockAdvancedMs: number } {
  const { version, origin } = JSON.parse(text) as Partial<SavedState>;
  if (version !== 1 || typeof origin !== 'string') throw new TypeError('it is not a state file');
  const here = text.replaceAll(
    new RegExp(`${escapePattern(origin)}(?=[/"])`, 'g'),
    placement.origin,
  );
  const state = JSON.parse(here) as SavedState;
  return {
    pools: state.pools.map((saved) => restorePool(saved, placement)),
    clockAdvancedMs: state.clockAdvancedMs,
  };
}

const escapePattern = (text: string): string =>
  text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** A pool as it is now; what refers to something names it. */
function savePool(pool: UserPool) {
  return {
    id: pool.id,
    name: pool.name,
    settings: pool.settings,
    mfaSettings: pool.mfaSettings,
    sessionConfiguration: pool.sessionConfiguration,
    domains: pool.domains,
    clients: [...pool.clients.values()].map((client) => {
      const { name, id, secrets, createdAt, modifiedAt, settings } = client;
      const identity: ClientIdentity = { name, id, secrets, createdAt, modifiedAt };
      return { identity, settings };
    }),
    identityProviders: [...pool.identityProviders.values()].map((provider) => {
      const { name, createdAt, modifiedAt, settings } = provider;
      const identity: ProviderIdentity = { name, createdAt, modifiedAt };
      return { identity, settings };
    }),
    groups: [...pool.groups.values()],
    resourceServers: [...pool.resourceServers.values()],
    brandings: [...pool.brandings.values()],
    users: [...pool.users.values()].map(({ password, ...user }) => ({
      user,
      passwordHash: password?.hash(),
    })),
    keys: { idToken: saveKey(pool.keys.idToken), accessToken: saveKey(pool.keys.accessToken) },
    retiredKeys: pool.retiredKeys.map(saveKey),
    createdAt: pool.createdAt,
    modifiedAt: pool.modifiedAt,
    grants: [...pool.grants],
    codes: withGrantIds(pool.codes),
    refreshTokens: withGrantIds(pool.refreshTokens),
    browserSessions: [...pool.browserSessions],
    pendingFederations: [...pool.pendingFederations].map(([state, pending]) => ({
      state,
      ...savePending(pending),
    })),
    newPasswordChallenges: [...pool.newPasswordChallenges],
    authChallenges: [...pool.authChallenges],
    sentCodes: [...pool.sentCodes],
  };
}

function restorePool(saved: SavedPool, placement: PoolPlacement): UserPool {
  const pool = new UserPool(
    {
      ...saved,
      clients: saved.clients.map(({ identity, settings }) =>
        appClient(withSecrets(identity), settings),
      ),
      identityProviders: saved.identityProviders.map(({ identity, settings }) =>
        identityProvider(identity, settings),
      ),
      users: saved.users.map(({ user, passwordHash }) => ({
        ...user,
        password: passwordHash === undefined ? undefined : passwordFromHash(passwordHash),
      })),
      keys: {
        idToken: signingKeyFrom(saved.keys.idToken),
        accessToken: signingKeyFrom(saved.keys.accessToken),
      },
      retiredKeys: saved.retiredKeys.map(signingKeyFrom),
    },
    placement,
  );
  fill(pool.grants, saved.grants);
  fill(pool.codes, withGrants(saved.codes, pool.grants));
  fill(pool.refreshTokens, withGrants(saved.refreshTokens, pool.grants));
  fill(pool.browserSessions, saved.browserSessions);
  fill(pool.newPasswordChallenges, saved.newPasswordChallenges);
  fill(pool.authChallenges, saved.authChallenges);
  fill(pool.sentCodes, saved.sentCodes);
  for (const pending of saved.pendingFederations) restorePending(pool, pending);
  return pool;
}

/** A file of before there could be two says which the one is, or nothing for a public client. */
function withSecrets(
  identity: Omit<ClientIdentity, 'secrets'> & Partial<ClientIdentity> & { secret?: string },
): ClientIdentity {
  const { secret, ...rest } = identity;
  return { ...rest, secrets: rest.secrets ?? originalSecret(rest.id, secret, rest.createdAt) };
}

const saveKey = ({ kid, pkcs8 }: SigningKey): { kid: string; pkcs8: string } => ({
  kid,
  pkcs8: pkcs8(),
});

/** Records that belong to a grant, the grant by its id: several records share one. */
function withGrantIds<T extends { readonly grant: Grant }>(
  records: ReadonlyMap<string, T>,
): { key: string; eventId: string; record: Omit<T, 'grant'> }[] {
  return [...records].map(([key, { grant, ...record }]) => ({
    key,
    eventId: grant.eventId,
    record,
  }));
}

function withGrants<T>(
  saved: readonly { key: string; eventId: string; record: T }[],
  grants: ReadonlyMap<string, Grant>,
): [string, T & { grant: Grant }][] {
  return saved.flatMap(({ key, eventId, record }) => {
    const grant = grants.get(eventId);
    return grant === undefined ? [] : [[key, { ...record, grant }]];
  });
}

function savePending({ query, request, provider, ...others }: PendingFederation) {
  const { client, provider: requested, ...rest } = request;
  return {
    ...others,
    query: query.toString(),
    request: rest,
    clientId: client.id,
    requestedProvider: typeof requested === 'object' ? requested.name : requested,
    provider: provider.name,
  };
}

function restorePending(
  pool: UserPool,
  {
    state,
    query,
    request,
    clientId,
    requestedProvider,
    ...saved
  }: SavedPool['pendingFederations'][number],
): void {
  const client = pool.client(clientId);
  const provider = pool.identityProviders.get(saved.provider);
  if (client === undefined || provider === undefined) return;
  const requested =
    requestedProvider === 'COGNITO' || requestedProvider === 'unavailable'
      ? requestedProvider
      : pool.identityProviders.get(requestedProvider ?? '');
  pool.pendingFederations.set(state, {
    ...saved,
    provider,
    query: new URLSearchParams(query),
    request: { ...request, client, provider: requested },
  });
}

function fill<T>(records: Map<string, T>, saved: readonly [string, T][]): void {
  for (const [key, record] of saved) records.set(key, record);
}
