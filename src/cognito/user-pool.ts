const POOL_ID = /^[a-z]{2}(?:-[a-z]+)+-\d_[A-Za-z0-9]+$/;

/**
 * Whether an issuer is a Cognito user pool, told by the pool id at the end of its path: so also for the updated issuer,
 * other partitions and the embedded pools. Never the other way round: an issuer is configured, not built from an id.
 */
export function isUserPool(issuer: string): boolean {
  return POOL_ID.test(new URL(issuer).pathname.slice(1));
}
