import { randomUUID } from 'node:crypto';
import type { AppClient, Grant, PoolUser } from './pool-state.js';
import type { UserPool } from './user-pool.js';

/** Opens a grant, which every token of this sign-in will name. */
export function openGrant(
  pool: UserPool,
  {
    client,
    user,
    scopes,
    signedInAt,
    isFromApi = false,
  }: {
    client: AppClient;
    user: PoolUser;
    scopes: readonly string[];
    signedInAt: number;
    isFromApi?: boolean;
  },
): Grant {
  const grant = {
    eventId: randomUUID(),
    originJti: randomUUID(),
    clientId: client.id,
    username: user.username,
    sub: user.sub,
    scopes,
    isFromApi,
    authTime: Math.floor(signedInAt / 1000),
    isRevoked: false,
  };
  pool.grants.set(grant.eventId, grant);
  return grant;
}

/**
 * Kills every token of a grant, at the pool. Whoever verifies offline still accepts them until they
 * expire.
 */
export function revokeGrant(grant: Grant): void {
  grant.isRevoked = true;
}

/** Kills every token of a user, at the pool; browser sessions stay. */
export function signOutEverywhere(pool: UserPool, { sub }: PoolUser): void {
  for (const grant of pool.grants.values()) if (grant.sub === sub) revokeGrant(grant);
}
