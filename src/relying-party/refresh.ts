import { setTimeout as wait } from 'node:timers/promises';
import * as client from 'openid-client';
import { RelyingPartyError } from '../errors.js';
import type { Session, SessionTokens } from '../sessions/session.js';
import type { RelyingPartyParts } from './context.js';
import { reasonOf } from './discovery.js';
import { endSession } from './end-session.js';
import { revokeTokens } from './revoke.js';
import { verifiedRefreshedIdToken } from './refreshed-id-token.js';
import { sessionTokens, tokenEndpointError } from './token-response.js';

/** Gives a session whose tokens are fresh, or none if the OP has ended it. */
export type Refresh = (session: Session) => Promise<Session | undefined>;

const LOCK_MS = 15_000;
const POLL_MS = 40;
const RETRY_AFTER_MS = 10_000;

/**
 * Refreshes a session's tokens when due: one call to the OP per session at a time, in this process by sharing the promise, among
 * processes by the store's lock. Who comes late finds the result in the store.
 *
 * `invalid_grant` ends the session; any other failure leaves it as it is and is not tried again for ten seconds. A refresh that
 * outlives a sign-out is dropped and what it brought is revoked.
 * @param pause how to wait for another process's refresh
 * @see RFC 6749 section 6; OpenID Connect Core 1.0 section 12
 */
export function createRefresh(
  context: RelyingPartyParts,
  pause: (ms: number) => Promise<unknown> = wait,
): Refresh {
  const running = new Map<string, Promise<Session | undefined>>();
  const retryAt = boundedMap<number>();
  /** What the OP has given and the store could not take: a rotated refresh token must not be lost with a store that is down. */
  const unsaved = boundedMap<SessionTokens>();

  return async (session) => {
    if (context.now() < session.refreshDueAt) return session;
    if (context.now() < (retryAt.get(session.key) ?? 0)) return session;
    retryAt.delete(session.key);

    const shared = running.get(session.key) ?? start(session);
    return shared;
  };

  function start(session: Session): Promise<Session | undefined> {
    const work = refreshAlone(session).finally(() => running.delete(session.key));
    running.set(session.key, work);
    return work;
  }

  async function refreshAlone(session: Session): Promise<Session | undefined> {
    const { store } = context.sessions;
    const name = `refresh:${session.key}`;
    const waitUntil = Date.now() + LOCK_MS;
    for (;;) {
      const proof = await store.lock(name, LOCK_MS);
      if (proof !== undefined) {
        try {
          return await refreshHoldingLock(session);
        } finally {
          await store.unlock(name, proof);
        }
      }
      await pause(POLL_MS);
      const current = await context.sessions.findByKey(session.key);
      if (current === undefined || context.now() < current.refreshDueAt) return current;
      if (Date.now() > waitUntil) return current;
    }
  }

  async function refreshHoldingLock(session: Session): Promise<Session | undefined> {
    const tokens = await context.sessions.tokens(session);
    if (tokens === undefined) return undefined;
    if (context.now() < tokens.refreshDueAt) return context.sessions.replaceTokens(session, tokens);
    if (tokens.refreshToken === undefined) return session;
    try {
      const refreshed =
        unsaved.get(session.key) ?? (await requestTokens(session, tokens, tokens.refreshToken));
      return await keep(session, refreshed);
    } catch (error) {
      return failed(session, tokenEndpointError(error));
    }
  }

  async function requestTokens(
    session: Session,
    tokens: SessionTokens,
    refreshToken: string,
  ): Promise<SessionTokens> {
    const configuration = await context.provider.configuration();
    const response = await client.refreshTokenGrant(configuration, refreshToken);
    const refreshed = sessionTokens(response, tokens, context.now());
    if (response.id_token !== undefined) {
      try {
        await verifiedRefreshedIdToken(context, response, session, tokens);
      } catch (error) {
        if (isOfAnotherSignIn(error)) await revokeTokens(context, session.key, refreshed);
        throw error;
      }
    }
    return refreshed;
  }

  async function keep(session: Session, tokens: SessionTokens): Promise<Session | undefined> {
    unsaved.set(session.key, tokens);
    const kept = await context.sessions.replaceTokens(session, tokens);
    unsaved.delete(session.key);
    if (kept === undefined) await revokeTokens(context, session.key, tokens);
    else {
      context.events.emit('session.refreshed', { subject: session.subject, session: session.key });
    }
    return kept;
  }

  async function failed(session: Session, error: RelyingPartyError): Promise<Session | undefined> {
    if (error.code === 'session_store_unavailable') throw error;
    const { key, subject } = session;
    const permanent = error.code === 'code_refused' || isOfAnotherSignIn(error);
    const detail = permanent ? error.message : `${error.message}: ${reasonOf(error)}`;
    context.events.emit('session.refresh_failed', { subject, session: key, permanent, detail });
    if (!permanent) {
      retryAt.set(key, context.now() + RETRY_AFTER_MS);
      return session;
    }
    // The OP has refused it, or given another for it: but what that one is worth, it alone knows.
    const revoke = isOfAnotherSignIn(error);
    const { revocation } = await endSession(context, session, 'refresh_refused', { revoke });
    await revocation;
    return undefined;
  }
}

const isOfAnotherSignIn = (error: unknown): boolean =>
  error instanceof RelyingPartyError && error.code === 'id_token_sign_in_mismatch';

const MAX_REMEMBERED = 10_000;

/** Forgets the oldest when it is full: it remembers only what makes a bad moment shorter. */
function boundedMap<T>(): Map<string, T> {
  return new (class extends Map<string, T> {
    override set(key: string, value: T): this {
      const [oldest] = this.keys();
      if (this.size >= MAX_REMEMBERED && oldest !== undefined) this.delete(oldest);
      return super.set(key, value);
    }
  })();
}
