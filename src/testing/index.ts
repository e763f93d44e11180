export { bearer, type BearerHeaders } from './bearer.js';
export {
  relyingPartyOptions,
  upstreamProvider,
  type TestOptions,
} from './relying-party-options.js';
export { signIn, type Credentials, type SignedInBrowser } from './sign-in.js';
export { signedIn, type CookieHolder, type SignedInUser, type TestUser } from './signed-in.js';
export {
  federatedPoolsSeed,
  startPools,
  type Fault,
  type FaultEndpoint,
  type Pool,
  type Pools,
  type PoolsSeed,
  type RecordedRequest,
  type TokenFault,
} from '../pools/index.js';
