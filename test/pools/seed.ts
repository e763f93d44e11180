import type { PoolsSeed } from '../../src/pools/index.js';

/** The app the pools' clients belong to. It is not running: browsers stop before it. */
export const app = 'http://localhost:3000';
export const callback = `${app}/callback`;
export const afterLogout = `${app}/logout/continue`;

export const alice = { username: 'alice', password: 'Correct-Horse-1' };
export const bob = { username: 'bob', password: 'Temporary-Bob-1' };
/** Signs in at the upstream pool, and so at the master pool. */
export const uma = { username: 'uma', password: 'Upstream-Uma-1' };
/** Has a temporary password at the upstream pool. */
export const ned = { username: 'ned', password: 'Temporary-Ned-1' };

const upstreamClient = { id: '2upstreamclient00000000001', secret: 'u'.repeat(51) };

/** A pool with users of its own and one client for each way a client can be set up. */
const members = {
  name: 'members',
  id: 'eu-west-1_Members01',
  clients: [
    {
      name: 'site',
      callbackUrls: [callback, `${app}/other`],
      logoutUrls: [afterLogout],
      flows: ['code'],
      scopes: ['openid', 'email', 'profile', 'orders/read'],
      identityProviders: ['COGNITO'],
    },
    codeClient('shop', { logoutUrls: [`${app}/shop/bye`] }),
    codeClient('phone-app', { secret: null }),
    codeClient('plus', { secret: 'plus+in+the_secret+0123456789abcdef' }),
    codeClient('brief', {
      accessTokenSeconds: 300,
      idTokenSeconds: 600,
      refreshTokenSeconds: 7200,
    }),
    codeClient('rotating', { refreshTokenRotation: { graceSeconds: 0 } }),
    codeClient('graceful', {
      refreshTokenRotation: { graceSeconds: 10 },
      refreshTokenSeconds: 7200,
    }),
    codeClient('revealing', { preventUserExistenceErrors: false }),
    codeClient('unrevocable', { tokenRevocation: false }),
    codeClient('single-page', {
      secret: null,
      flows: ['implicit'],
      scopes: ['openid', 'email', 'orders/read'],
    }),
    {
      name: 'machine',
      flows: ['client_credentials'],
      scopes: ['orders/read', 'orders/write'],
    },
  ],
  groups: [{ name: 'admins' }, { name: 'staff' }],
  resourceServers: [
    {
      identifier: 'orders',
      scopes: [
        { name: 'read', description: 'Read orders' },
        { name: 'write', description: 'Write orders' },
        { name: 'delete', description: 'Delete orders' },
      ],
    },
  ],
  users: [
    {
      ...alice,
      attributes: {
        email: 'alice@example.com',
        email_verified: 'true',
        name: 'Alice Zoë',
        given_name: 'Alice',
        family_name: 'Zoë',
        'custom:level': '7',
      },
      groups: ['admins', 'staff'],
    },
    { ...bob, status: 'FORCE_CHANGE_PASSWORD', attributes: { email: 'bob@example.com' } },
    { username: 'carol', password: 'Correct-Horse-1', status: 'UNCONFIRMED' },
    { username: 'dave', password: 'Correct-Horse-1', enabled: false },
    { username: 'erin', password: 'Correct-Horse-1', status: 'RESET_REQUIRED' },
    { username: 'frank', password: 'Correct-Horse-1' },
  ],
} satisfies PoolsSeed['pools'][number];

/**
 * The master pool: no password of the federated users, and clients that offer one or more ways in.
 */
const master = {
  name: 'oidc-pool-1',
  id: 'eu-west-1_Master001',
  clients: [
    codeClient('site', { identityProviders: ['oidc-pool-2'] }),
    codeClient('mixed', { identityProviders: ['COGNITO', 'oidc-pool-2'] }),
    codeClient('local-only', { identityProviders: ['COGNITO'] }),
    codeClient('odd', { identityProviders: ['wide-scope', 'bad-secret', 'mail-only'] }),
  ],
  identityProviders: [
    provider('oidc-pool-2', {}),
    provider('wide-scope', { scopes: 'openid phone' }),
    provider('bad-secret', { client: { ...upstreamClient, secret: 'x'.repeat(51) } }),
    provider('mail-only', { attributeMapping: { email: 'email' } }),
  ],
  users: [
    {
      username: 'local-uma',
      password: uma.password,
      attributes: { email: 'uma@example.com', email_verified: 'true' },
    },
  ],
} satisfies PoolsSeed['pools'][number];

/** A second federating pool, which insists on an attribute that its provider does not bring. */
const demanding = {
  name: 'demanding',
  requiredAttributes: ['email', 'name'],
  clients: [codeClient('site', { identityProviders: ['nameless'] })],
  identityProviders: [provider('nameless', { attributeMapping: { email: 'email' } })],
} satisfies PoolsSeed['pools'][number];

/** The upstream pool: it knows the passwords. */
const upstream = {
  name: 'oidc-pool-2',
  id: 'eu-west-1_Upstream1',
  clients: [
    {
      name: 'master-pool',
      ...upstreamClient,
      callbackUrls: [{ idpResponseOf: 'oidc-pool-1' }, { idpResponseOf: 'demanding' }],
      logoutUrls: [afterLogout],
      flows: ['code'],
      scopes: ['openid', 'email', 'profile'],
      identityProviders: ['COGNITO'],
    },
  ],
  users: [
    {
      ...uma,
      attributes: {
        email: 'uma@example.com',
        email_verified: 'true',
        name: 'Uma Upstream',
        'custom:secret': 'not mapped',
      },
    },
    {
      ...ned,
      status: 'FORCE_CHANGE_PASSWORD',
      attributes: { email: 'ned@example.com', email_verified: 'true', name: 'Ned New' },
    },
  ],
} satisfies PoolsSeed['pools'][number];

/** `members` stands alone; `oidc-pool-1` and `demanding` federate to `oidc-pool-2`. */
export const seed: PoolsSeed = { pools: [members, master, demanding, upstream] };

type ClientSeed = NonNullable<PoolsSeed['pools'][number]['clients']>[number];
type ProviderSeed = NonNullable<PoolsSeed['pools'][number]['identityProviders']>[number];

function codeClient(name: string, settings: Partial<ClientSeed>): ClientSeed {
  return {
    name,
    callbackUrls: [callback],
    logoutUrls: [afterLogout],
    flows: ['code'],
    scopes: ['openid', 'email', 'profile'],
    identityProviders: ['COGNITO'],
    ...settings,
  };
}

function provider(name: string, settings: Partial<ProviderSeed>): ProviderSeed {
  return {
    name,
    issuer: { pool: 'oidc-pool-2' },
    client: { pool: 'oidc-pool-2', name: 'master-pool' },
    scopes: 'openid email profile',
    attributeMapping: { email: 'email', email_verified: 'email_verified', name: 'name' },
    ...settings,
  };
}
