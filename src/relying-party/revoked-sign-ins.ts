import { createHash } from 'node:crypto';
import type { Session } from '../sessions/session.js';
import type { SessionStore } from '../sessions/session-store.js';
import { CLOCK_TOLERANCE_SECONDS } from '../tokens/signed-claims.js';

/**
 * Sign-ins that ended here before their access tokens did. An access token says nothing of that; its `origin_jti` names the
 * sign-in it came from.
 */
export interface RevokedSignIns {
  /** Until its access token would have expired. A sign-in without a name (`originId`) cannot be remembered. */
  add(session: Session): Promise<void>;
  /** @throws {RelyingPartyError} `session_store_unavailable`: whether the sign-in still stands is not known then */
  has(issuer: string, originId: string): Promise<boolean>;
}

export interface RevokedSignInsOptions {
  readonly store: SessionStore;
  readonly now: () => number;
}

/** Not empty: some databases read an empty value as none. */
const NOTHING = Uint8Array.of(0);

/**
 * Kept in the session store, so that every process knows: as a record without contents, which the store forgets by itself.
 */
export function createRevokedSignIns({ store, now }: RevokedSignInsOptions): RevokedSignIns {
  const has = async (issuer: string, originId: string): Promise<boolean> =>
    (await store.read(keyOf(issuer, originId))) !== undefined;
  return {
    async add({ issuer, originId, accessTokenExpiresAt }) {
      const expiresAt = accessTokenExpiresAt + CLOCK_TOLERANCE_SECONDS * 1000;
      if (originId === undefined || expiresAt <= now()) return;
      if (await has(issuer, originId)) return;
      const record = { session: NOTHING, tokens: NOTHING, indexes: [], expiresAt };
      // Two sessions of one sign-in may end at once; the record of the other is as good.
      await store.create(keyOf(issuer, originId), record).catch(async (error: unknown) => {
        if (!(await has(issuer, originId))) throw error;
      });
    },
    has,
  };
}

/** As long as a session's key and just as opaque; no session id has this hash. */
function keyOf(issuer: string, originId: string): string {
  const name = JSON.stringify(['revoked sign-in', issuer, originId]);
  return createHash('sha256').update(name).digest('base64url');
}
