import type { EventEmitter } from 'node:events';
import type { Express, Request, Response } from 'express';
import type { Session } from '../sessions/session.js';
import type { AccessTokenClaims } from '../tokens/claims.js';
import type { PageContext } from '../web/page-context.js';
import type { RelyingPartyEvents } from './events.js';

/** What the rest of a program may ask of the relying party. */
export interface RelyingParty {
  /** Login, callback, logout and their pages, as an `express()` sub-app: mount it with `app.use(rp.routes)`. */
  readonly routes: Express;
  readonly events: EventEmitter<RelyingPartyEvents>;
  /** The one public origin, without a slash at the end. */
  readonly baseUrl: string;
  /**
   * Who is signed in in this browser, refreshed when due.
   * @throws {RelyingPartyError} `session_store_unavailable`
   */
  currentSession(req: Request, res: Response): Promise<Session | undefined>;
  /** @throws {RelyingPartyError} one of the `access_token_…` codes, or `provider_unavailable` */
  verifyAccessToken(token: string): Promise<AccessTokenClaims>;
  /** What the layout of a page needs. Never throws: with the store down the page is shown as signed out. */
  pageContext(req: Request, res: Response, title: string): Promise<PageContext>;
  /** Origins a form of ours may lead to through redirects (the pools' domains), for the Content-Security-Policy. */
  formActionOrigins(): readonly string[];
  /** Resolves when the session store answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
