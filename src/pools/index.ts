export { startPools } from './start-pools.js';
export { type StartPoolsOptions } from './start-options.js';
export { type Pools } from './pools.js';
export { type Pool, type PoolUserView, type TokensOptions } from './control/pool-control.js';
export { federatedPoolsSeed, type FederatedPoolsSeedOptions } from './seed/federated-pools.js';
export { type PoolsClock } from './control/clock.js';
export { type Fault, type FaultEndpoint, type TokenResponseMember } from './control/faults.js';
export { type RecordedRequest } from './exchange/request-log.js';
export {
  SeedError,
  type ClientSeed,
  type GroupSeed,
  type IdentityProviderSeed,
  type PasswordPolicySeed,
  type PoolSeed,
  type PoolsSeed,
  type ResourceServerSeed,
  type SeedProblem,
  type UserSeed,
} from './seed/seed.js';
export {
  type ClientSettings,
  type PoolSettings,
  type SchemaAttribute,
} from './model/settings/settings.js';
export { type OAuthFlow, type UserStatus } from './model/pool-state.js';
export { type TokenFault } from './model/tokens/sign.js';
export { type PoolsLogEvent } from './exchange/runtime.js';
