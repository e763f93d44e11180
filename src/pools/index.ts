export { startPools, type Pools, type StartPoolsOptions } from './pools.js';
export { type Pool, type PoolUserView, type TokensOptions } from './pool-control.js';
export { articleSeed, type ArticleSeedOptions } from './article.js';
export { type PoolsClock } from './clock.js';
export {
  type Fault,
  type FaultEndpoint,
  type TokenFault,
  type TokenResponseMember,
} from './faults.js';
export { type PoolsLogEvent, type RecordedRequest } from './request-log.js';
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
} from './seed.js';
export { type ClientSettings, type PoolSettings, type SchemaAttribute } from './settings.js';
