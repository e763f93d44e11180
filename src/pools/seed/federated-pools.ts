import { checkOptions, option, optionsOf } from '../../web/options/check-options.js';
import type { PoolSeed, PoolsSeed } from './seed.js';

/** What the two federated pools need to know about the site. */
export interface FederatedPoolsSeedOptions {
  /** Public origin of the relying party, e.g. `http://localhost:3000`. */
  readonly baseUrl: string;
}

/** An option that is an absolute URL. */
export const aUrl: ReturnType<typeof option> = option(
  (value) => (typeof value === 'string' && URL.canParse(value) ? undefined : 'is no URL'),
  'write e.g. http://localhost:3000',
);

const seedOptions = optionsOf<FederatedPoolsSeedOptions>({ baseUrl: aUrl }, 'give { baseUrl }');

/**
 * Two pools, one federated to the other: the master pool `oidc-pool-1` without users, and
 * `oidc-pool-2` with alice, whose temporary password `Welcome-2-Lifeguard!` must be changed at the
 * first sign-in.
 *
 * Ids and secrets are the same for everybody: for development on loopback only.
 */
export function federatedPoolsSeed(options: FederatedPoolsSeedOptions): PoolsSeed {
  checkOptions('federatedPoolsSeed', seedOptions, options);
  const origin = options.baseUrl.replace(/\/$/, '');
  return { pools: [masterPool(origin), secondPool(origin)] };
}

const masterPool = (origin: string): PoolSeed => ({
  name: 'oidc-pool-1',
  id: 'eu-west-1_Master001',
  groups: [{ name: 'admins', description: 'May use /api/admin' }],
  resourceServers: [
    {
      identifier: 'orders',
      scopes: [
        { name: 'read', description: 'Read orders' },
        { name: 'write', description: 'Change orders' },
      ],
    },
  ],
  clients: [
    {
      name: 'site',
      id: '3oeleo5uptr6vfrb1kvvg9hh9b',
      secret: 'q88cq79sklq0difut12hxothxt9a8rdjlbiglji10v9gcyjza8n',
      callbackUrls: [`${origin}/callback`],
      logoutUrls: [`${origin}/logout/continue`],
      flows: ['code'],
      scopes: ['openid', 'email', 'profile', 'orders/read'],
      identityProviders: ['oidc-pool-2'],
    },
    {
      name: 'machine',
      id: '90cdallb9zuq323bowu52hapjg',
      secret: 'w0ow1gg88cexufoqtqlqkbevehp4ziws4k8wr98f44679ptkeuc',
      flows: ['client_credentials'],
      scopes: ['orders/read', 'orders/write'],
    },
  ],
  identityProviders: [
    {
      name: 'oidc-pool-2',
      issuer: { pool: 'oidc-pool-2' },
      client: { pool: 'oidc-pool-2', name: 'master-pool' },
      scopes: 'openid email profile',
      attributeMapping: {
        email: 'email',
        email_verified: 'email_verified',
        name: 'name',
        given_name: 'given_name',
        family_name: 'family_name',
      },
    },
  ],
});

const secondPool = (origin: string): PoolSeed => ({
  name: 'oidc-pool-2',
  id: 'eu-west-1_Second001',
  clients: [
    {
      name: 'master-pool',
      id: '44odouzlyz4yokn8h2xdzqehtz',
      secret: 'nghb2z8pl9394c9t5hhxqc7asschddfmpie9zvp4ktp7jwk6qnw',
      callbackUrls: [{ idpResponseOf: 'oidc-pool-1' }],
      logoutUrls: [`${origin}/logout/continue`],
      flows: ['code'],
      scopes: ['openid', 'email', 'profile'],
      identityProviders: ['COGNITO'],
    },
  ],
  users: [
    {
      username: 'alice',
      password: 'Welcome-2-Lifeguard!',
      status: 'FORCE_CHANGE_PASSWORD',
      attributes: {
        email: 'alice@example.com',
        email_verified: 'true',
        name: 'Alice Example',
        given_name: 'Alice',
        family_name: 'Example',
      },
    },
  ],
});
