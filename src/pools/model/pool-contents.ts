import type { PoolKeys, SigningKey } from './credentials/keys.js';
import type {
  AppClient,
  Branding,
  Group,
  IdentityProvider,
  PoolDomain,
  PoolUser,
  ResourceServer,
  SessionConfiguration,
} from './pool-state.js';
import type { PoolSettings } from './settings/settings.js';

/** Where the pools are reached and what their tokens call them. */
export interface PoolPlacement {
  /** The one origin every URL of ours starts with. */
  readonly origin: string;
  readonly issuer: 'local' | 'aws';
}

/** What a pool is made of. Times are epoch milliseconds. */
export interface PoolContents {
  readonly id: string;
  readonly name: string;
  /** What was set, in the API's words. */
  readonly settings: PoolSettings;
  /** What SetUserPoolMfaConfig was told. */
  readonly mfaSettings: Readonly<Record<string, unknown>>;
  /** What SetUserPoolSessionConfiguration was told; absent where it never was. */
  readonly sessionConfiguration?: SessionConfiguration | undefined;
  readonly domains: readonly PoolDomain[];
  readonly clients: readonly AppClient[];
  readonly identityProviders: readonly IdentityProvider[];
  readonly groups: readonly Group[];
  readonly resourceServers: readonly ResourceServer[];
  readonly brandings: readonly Branding[];
  readonly users: readonly PoolUser[];
  readonly keys: PoolKeys;
  readonly retiredKeys: readonly SigningKey[];
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** What `iss` of a pool's tokens says. */
export const issuerOf = (poolId: string, { origin, issuer }: PoolPlacement): string =>
  issuer === 'local' ? `${origin}/${poolId}` : awsIssuer(poolId);

const awsIssuer = (poolId: string): string =>
  `https://cognito-idp.${poolId.slice(0, poolId.indexOf('_'))}.amazonaws.com/${poolId}`;
