const POOL_ID = /^[a-z]{2}(?:-[a-z]+)+-\d_[A-Za-z0-9]+$/;

/**
 * Whether an issuer is a Cognito user pool, told by the pool id at the end of its path: so also for
 * the updated issuer, other partitions and the embedded pools. Never the other way round: an issuer
 * is configured, not built from an id.
 */
export function isUserPool(issuer: string): boolean {
  return POOL_ID.test(new URL(issuer).pathname.slice(1));
}

/** The user pool id an issuer ends with, whatever its host. */
export const userPoolIdOf = (issuer: string): string =>
  new URL(issuer).pathname.replace(/^.*\//, '');

/** The region is part of a pool's id. */
export const regionOf = (userPoolId: string): string => userPoolId.replace(/_.*$/, '');

/** What new consoles make of a pool's id: nobody else's, and allowed as a domain prefix. */
export const domainPrefixOf = (userPoolId: string): string =>
  userPoolId.toLowerCase().replaceAll('_', '');
