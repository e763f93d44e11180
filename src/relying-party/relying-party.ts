import type { EventEmitter } from 'node:events';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { ApiAccess } from '../guards/api-access.js';
import type { GivenAccess } from '../guards/check-access.js';
import type { SessionAccess } from '../guards/session-access.js';
import type { AccessTokenClaims } from '../tokens/access/claims.js';
import type { RelyingPartyEvents } from './events.js';
import type { CurrentSession } from './session/current.js';

/** What the rest of a program may ask of the relying party. */
export interface RelyingParty {
  /** Login, callback, logout and their pages: mount it with `app.use(rp.routes)`. */
  readonly routes: RequestHandler;
  readonly events: EventEmitter<RelyingPartyEvents>;
  /** The one public origin, without a slash at the end. */
  readonly baseUrl: string;
  /** Where the routes are mounted; empty at the root. */
  readonly basePath: string;
  /** The name of the cookie that carries the session id. */
  readonly sessionCookieName: string;
  /**
   * Where the API describes itself: the address RFC 9728 section 3.1 makes of the resource, which
   * is the first web address in `api.audience`. Named in every challenge.
   */
  readonly resourceMetadataUrl: string;
  /**
   * Answers at `resourceMetadataUrl`, and lets everything else through: mount it at the root of the
   * host with `app.use(rp.resourceMetadata)`. At the root `rp.routes` does the same.
   */
  readonly resourceMetadata: RequestHandler;
  /**
   * A guard for pages: `app.get('/orders', rp.requireSession(), …)`. See `SessionAccess` for what
   * it can ask for.
   */
  readonly requireSession: (...access: GivenAccess<SessionAccess>) => RequestHandler;
  /**
   * A guard for routes of an API:
   * `app.get('/api/orders', rp.requireApiAccess({ scope: 'orders/read' }), …)`.
   */
  readonly requireApiAccess: (...access: GivenAccess<ApiAccess>) => RequestHandler;
  /**
   * Who is signed in in this browser, refreshed when due.
   * Rejects with `session_store_unavailable` when the store does not answer.
   */
  readonly currentSession: CurrentSession;
  /**
   * The same, but the OP is asked whether it still knows the sign-in; if not, the session ends.
   * `nobody` also once it cannot be asked any more, without a refresh token: the session goes on,
   * and `/login` begins a new sign-in. Rejects with `provider_unavailable` when the OP cannot say.
   */
  readonly freshSession: CurrentSession;
  /**
   * The sessions of an account at our client, for an operator: ends them all, also those that
   * cannot be read here, and revokes their tokens, where they can (else a
   * `logout.revocation_failed` event tells); returns how many there were. Rejects with
   * `session_store_unavailable` when not all of them are over.
   */
  readonly endSessionsOf: (subject: string) => Promise<number>;
  /** Rejects with one of the `access_token_…` codes, or `provider_unavailable`. */
  readonly verifyAccessToken: (token: string) => Promise<AccessTokenClaims>;
  /**
   * The one exit for errors, as a page or as problem+json. Our routes and guards use it themselves;
   * a host may end its app with `app.use(rp.errorHandler)`.
   */
  readonly errorHandler: ErrorRequestHandler;
  /**
   * Resolves when the session store does what a sign-in needs: a session is created, read and
   * destroyed, at most every two seconds however often it is asked. Rejects within a second with
   * `session_store_unavailable`, whose `cause` says why.
   */
  readonly ping: () => Promise<void>;
  /**
   * Whether all replicas that share the store can open what the others seal; a `secrets.mismatch`
   * event tells as well. Looks at once, and from then on by itself. Never rejects.
   */
  readonly checkSecrets: () => Promise<'ok' | 'mismatch'>;
  /**
   * Waits for sign-ins, sign-outs, refreshes and revocations under way, also of visitors who have
   * gone, for a few seconds at most, and lets go of connections to the OP. Call it when no more
   * requests come, and before the session store is closed: a refresh token that arrives later is
   * lost. Resolves with whether everything was done, also what the store had not let earlier
   * sign-outs do.
   */
  readonly close: () => Promise<boolean>;
}
