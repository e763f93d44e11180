import { randomBytes } from 'node:crypto';
import type { NewStoredSession } from '../../../../src/sessions/session-store.js';

/**
 * A session as a login makes it, living for ten minutes from `time`, with what is given in place of
 * the defaults.
 */
export function newSession(
  time: number,
  session: Partial<NewStoredSession> = {},
): NewStoredSession {
  return {
    session: Buffer.from('session'),
    tokens: Buffer.from('tokens'),
    expiresAt: time + 600_000,
    indexes: [],
    ...session,
  };
}

export function randomKey(): string {
  return randomBytes(32).toString('base64url');
}
