import {
  checkOptions,
  listOf,
  optional,
  optionsOf,
  text,
  trueOrFalse,
} from '../../web/options/check-options.js';
import { newestSecret } from '../model/credentials/client-secrets.js';
import type { KeySupply } from '../model/credentials/keys.js';
import { signOutEverywhere, openGrant } from '../model/grants.js';
import type { AppClient, PoolUser, SentCode, UserStatus } from '../model/pool-state.js';
import { mintClientCredentialsToken, mintTokens } from '../model/tokens/mint.js';
import { activeRefreshToken, issueRefreshToken } from '../model/tokens/refresh-tokens.js';
import type { UserPool } from '../model/user-pool.js';
import { givenClaims } from './check-fault.js';
import type { ResettableClock } from './clock.js';

/** A user as `users()` shows them. */
export interface PoolUserView {
  readonly username: string;
  readonly sub: string;
  readonly status: UserStatus;
  readonly enabled: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
}

/** What `tokens` is asked for. */
export interface TokensOptions {
  /** Name of the client. */
  readonly client: string;
  /** Default all scopes of the client. */
  readonly scope?: string | undefined;
  /** Replaces claims of both tokens; `null` takes one away. */
  readonly claims?: Record<string, unknown> | undefined;
}

/** How keys are changed. */
interface RotateKeysOptions {
  /** Whether the present keys stay in JWKS. Default false. */
  readonly keepOld?: boolean | undefined;
}

/** One running pool, for tests. */
export interface Pool {
  readonly id: string;
  readonly name: string;
  /** What `iss` says. */
  readonly issuer: string;
  /**
   * Where `/login`, `/logout` and `/oauth2/…` are. Reading it throws a TypeError while the pool has
   * no domain.
   */
  readonly domain: string;
  /** With its newest secret. @throws {TypeError} when no client has that name */
  client(name: string): { id: string; secret: string | undefined };
  /** Copies; changing them changes nothing here. */
  users(): PoolUserView[];
  /**
   * Disabled: no sign-in, no refresh, no userInfo, until enabled again.
   * @throws {TypeError} when there is no such user
   */
  setUserEnabled(username: string, enabled: boolean): void;
  /** @throws {TypeError} when there is no such user or group */
  setUserGroups(username: string, groups: readonly string[]): void;
  /** @throws {TypeError} when there is no such user */
  deleteUser(username: string): void;
  /**
   * Kills the user's tokens but not the browser session, as AWS does.
   * @throws {TypeError} when there is no such user
   */
  globalSignOut(username: string): void;
  /** Signs with new keys from now on; the present ones disappear from JWKS unless `keepOld`. */
  rotateKeys(options?: RotateKeysOptions): Promise<void>;
  /** Tokens without a flow. @throws {TypeError} when there is no such user or client */
  tokens(
    username: string,
    options: TokensOptions,
  ): Promise<{ idToken: string; accessToken: string; refreshToken: string; expiresIn: number }>;
  /** An access token of the client itself. @throws {TypeError} when there is no such client */
  clientCredentialsToken(client: string, scope?: string): Promise<string>;
  /**
   * What AWS would have sent by mail or text message: the newest code of each user and purpose,
   * while it may be used.
   */
  sentCodes(): { username: string; purpose: SentCode['purpose']; code: string }[];
  /** Would `/oauth2/token` take it? */
  isRefreshTokenActive(refreshToken: string): boolean;
}

const groupNames = listOf(text('give names of groups of the pool'), 'give names of groups');

const rotateKeysOptions = optionsOf<RotateKeysOptions>({ keepOld: optional(trueOrFalse) });

const tokensOptions = optionsOf<TokensOptions>(
  {
    client: text('give the name of a client of the pool'),
    scope: optional(text('give scopes with a space between')),
    claims: optional(givenClaims),
  },
  'give { client, scope, claims }',
);

/** The handle tests hold of a pool. */
export function createPoolControl(pool: UserPool, clock: ResettableClock, supply: KeySupply): Pool {
  const { id, issuer } = pool;
  return {
    id,
    issuer,
    get name() {
      return pool.name;
    },
    get domain() {
      return pool.domain;
    },
    client: (clientName) => {
      const client = clientNamed(pool, clientName);
      return { id: client.id, secret: newestSecret(client) };
    },
    ...userControls(pool),
    rotateKeys: async (options = {}) => {
      checkOptions('pool.rotateKeys', rotateKeysOptions, options);
      await pool.rotateKeys(supply, options.keepOld ?? false);
    },
    tokens: async (username, options) => {
      checkOptions('pool.tokens', tokensOptions, options);
      return tokensFor(pool, clock.now(), username, options);
    },
    clientCredentialsToken: async (clientName, scope) => {
      const client = clientNamed(pool, clientName);
      return mintClientCredentialsToken(
        pool,
        client,
        scope?.split(' ') ?? client.scopes,
        clock.now(),
      );
    },
    sentCodes: () =>
      [...pool.sentCodes.values()].map(({ username, purpose, code }) => ({
        username,
        purpose,
        code,
      })),
    isRefreshTokenActive: (refreshToken) =>
      activeRefreshToken(pool, refreshToken, clock.now()) !== undefined,
  };
}

function userControls(
  pool: UserPool,
): Pick<Pool, 'users' | 'setUserEnabled' | 'setUserGroups' | 'deleteUser' | 'globalSignOut'> {
  return {
    users: () =>
      [...pool.users.values()].map(({ username, sub, status, enabled, attributes, groups }) =>
        structuredClone({ username, sub, status, enabled, attributes, groups }),
      ),
    setUserEnabled: (username, enabled) => {
      userNamed(pool, username).enabled = enabled;
    },
    setUserGroups: (username, groups) => {
      checkOptions('pool.setUserGroups', groupNames, groups, 'groups');
      const unknown = groups.find((group) => !pool.groups.has(group));
      if (unknown !== undefined) throw new TypeError(`Pool ${pool.name} has no group "${unknown}"`);
      userNamed(pool, username).groups = [...groups];
    },
    deleteUser: (username) => {
      pool.users.delete(userNamed(pool, username).username);
    },
    globalSignOut: (username) => signOutEverywhere(pool, userNamed(pool, username)),
  };
}

async function tokensFor(
  pool: UserPool,
  now: number,
  username: string,
  { client: clientName, scope, claims = {} }: TokensOptions,
): ReturnType<Pool['tokens']> {
  const client = clientNamed(pool, clientName);
  const user = userNamed(pool, username);
  const scopes = scope?.split(' ') ?? client.scopes;
  const grant = openGrant(pool, { client, user, scopes, signedInAt: now });
  const [{ idToken = '', accessToken }, refreshToken] = await Promise.all([
    mintTokens(pool, {
      client,
      grant,
      user,
      now,
      idTokenFault: { claims },
      accessTokenFault: { claims },
    }),
    issueRefreshToken(pool, grant, { now, expiresAt: now + client.refreshTokenSeconds * 1000 }),
  ]);
  return { idToken, accessToken, refreshToken, expiresIn: client.accessTokenSeconds };
}

/** @throws {TypeError} when no client has that name */
function clientNamed(pool: UserPool, name: string): AppClient {
  const client = [...pool.clients.values()].find((each) => each.name === name);
  if (client === undefined) throw new TypeError(`Pool ${pool.name} has no client "${name}"`);
  return client;
}

/** @throws {TypeError} when no user has that name */
function userNamed(pool: UserPool, username: string): PoolUser {
  const user = pool.users.get(username);
  if (user === undefined) throw new TypeError(`Pool ${pool.name} has no user "${username}"`);
  return user;
}
