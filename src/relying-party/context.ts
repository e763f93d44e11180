import type { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import type { Session } from '../sessions/session.js';
import type { Sessions } from '../sessions/sessions.js';
import type { PageContext } from '../web/pages/page-context.js';
import type { BackgroundWork } from './background-work.js';
import type { Render } from '../web/pages/render.js';
import type { AuthorizationUrl } from './login/authorization-request.js';
import type { Provider } from './provider/discovery.js';
import type { RelyingPartyEvents } from './events.js';
import type { LoginTransactions } from './login/transaction.js';
import type { AddressPresence } from './provider/calls/address-presence.js';
import type { Leftovers } from './session/leftovers.js';
import type { LogoutChainCookie } from './logout/chain-cookie.js';
import type { LostSessions } from './session/lost-sessions.js';
import type { RequestNotes } from './session/request-notes.js';
import type { PlacesCookie } from './logout/places-cookie.js';
import type { RevokedSignIns } from './session/revoked-sign-ins.js';
import type { IdentityProvider } from './provider/identity-provider.js';
import type { RelyingParty } from './relying-party.js';
import type { LookAtProvider } from './provider/presence.js';
import type { CurrentSignOut } from './logout/unended-sessions.js';
import type { TellStrayError } from './login/stray-errors.js';
import type { SessionCookie } from './session/cookie.js';
import type { RelyingPartyViews } from './views.js';

/** What everything of a relying party works with; decided once, at construction. */
export interface RelyingPartyParts {
  readonly issuer: string;
  readonly clientId: string;
  readonly baseUrl: string;
  /** Where the routes are mounted; empty at the root. */
  readonly basePath: string;
  /** Where a way home leads. */
  readonly homePath: string;
  readonly scope: string;
  readonly identityProviders: readonly IdentityProvider[];
  /** The OP's own users have verified addresses, also where it does not say so. */
  readonly emailIsVerified: boolean;
  /** A sign-in that another replaces in the same browser ends at the OP too. */
  readonly revokeReplaced: boolean;
  /** The OP is a Cognito user pool and speaks Cognito's dialect. */
  readonly isUserPool: boolean;
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly provider: Provider;
  readonly authorizationUrl: AuthorizationUrl;
  /** Whether a sign-in's claims are those of userInfo too. */
  readonly mergesUserInfo: boolean;
  /** What goes on when the visitor it began with has gone. */
  readonly background: BackgroundWork;
  /** Whether the OP is there at the moment; never rejects. */
  readonly providerPresence: LookAtProvider;
  readonly sessions: Sessions;
  readonly revokedSignIns: RevokedSignIns;
  /** Where the OP names a user's groups, in tokens of any kind. */
  readonly groupsClaim: string;
  /** Names of the ID token's claims that sessions keep. */
  readonly sessionClaims: readonly string[];
  readonly sessionCookie: SessionCookie;
  readonly transactions: LoginTransactions;
  readonly tellStrayError: TellStrayError;
  readonly logoutChains: LogoutChainCookie;
  readonly places: PlacesCookie;
  /** What the session store did not let us do yet. */
  readonly leftovers: Leftovers;
  /** Whether there is somebody at an address, before a browser is sent there; never rejects. */
  readonly presenceAt: (url: URL) => Promise<AddressPresence>;
  readonly lostSessions: LostSessions;
  readonly notesOf: (req: Request) => RequestNotes;
  readonly render: Render<RelyingPartyViews>;
}

/** What the steps of a login and a logout have besides. */
export interface RelyingPartyContext extends RelyingPartyParts {
  currentSession(req: Request, res: Response): Promise<Session | undefined>;
  /** The browser's sign-out as it is now; what could not be ended before is tried first. */
  readonly currentSignOut: CurrentSignOut;
  pageContext(req: Request, res: Response, title: string): Promise<PageContext>;
}

const contexts = new WeakMap<RelyingParty, RelyingPartyContext>();

/** Remembers what a relying party works with, for `contextOf`. */
export function keepContext(relyingParty: RelyingParty, context: RelyingPartyContext): void {
  contexts.set(relyingParty, context);
}

/**
 * What a relying party works with. For the test kit, which signs people in without a flow; not part of the public API.
 *
 * @param caller the public function that was given it
 * @throws {TypeError} when it was not made by `createRelyingParty` of this copy of the package
 */
export function contextOf(relyingParty: RelyingParty, caller = 'lifeguard'): RelyingPartyContext {
  const context = contexts.get(relyingParty);
  if (context === undefined) {
    throw new TypeError(
      `${caller}: its relyingParty is none; give what createRelyingParty of this package returned`,
    );
  }
  return context;
}
