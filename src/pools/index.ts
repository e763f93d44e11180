export { startPools, type Pools, type StartPoolsOptions } from './start-pools.js';
export { type Pool, type PoolUserView, type TokensOptions } from './control/pool-control.js';
export { federatedPoolsSeed, type FederatedPoolsSeedOptions } from './seed/federated-pools.js';
export { type PoolsClock } from './control/clock.js';
export {
  type Fault,
  type FaultEndpoint,
  type TokenFault,
  type TokenResponseMember,
} from './control/faults.js';
export { type PoolsLogEvent, type RecordedRequest } from './exchange/request-log.js';
export {
  SeedError,
  type ClientSeed,
  type GroupSeed,
  type IdentityProviderSeed,
  type OAuthFlow,
  type PasswordPolicySeed,
  type PoolSeed,
  type PoolsSeed,
  type ResourceServerSeed,
  type SeedProblem,
  type UserSeed,
  type UserStatus,
} from './seed/seed.js';
export {
  type ClientSettings,
  type PoolSettings,
  type SchemaAttribute,
} from './model/settings/settings.js';
