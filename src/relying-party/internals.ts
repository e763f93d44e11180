import type { BrowserMemory } from './logout/memory.js';
import type { LoginTransactions } from './login/transaction.js';
import type { SignInReader } from './provider/token-response.js';
import type { RelyingParty } from './relying-party.js';
import type { SessionCookie } from './session/cookie.js';
import type { SessionEnds } from './session/end.js';
import type { LostSessions } from './session/lost-sessions.js';
import type { Refresh } from './session/refresh/refresh.js';
import type { RevokedSignIns } from './session/revoked-sign-ins.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Pages } from './session/pages.js';

/**
 * What our own test kit, and the program's site, have of a relying party besides what is public.
 */
export interface Internals {
  readonly issuer: string;
  readonly now: () => number;
  readonly groupsClaim: string;
  readonly pages: Pages;
  readonly signIns: SignInReader;
  readonly sessions: Sessions;
  readonly cookie: SessionCookie;
  readonly refresh: Refresh;
  readonly ends: SessionEnds;
  readonly revokedSignIns: RevokedSignIns;
  readonly lostSessions: LostSessions;
  readonly memory: BrowserMemory;
  readonly transactions: LoginTransactions;
}

/** Where they are kept: on the relying party itself, under a name that nobody else can write. */
export const INTERNALS: unique symbol = Symbol('lifeguard internals');

/**
 * @param caller the public function that was given it
 * @throws {TypeError} when it was not made by `createRelyingParty` of this copy of the package
 */
export function internalsOf(relyingParty: RelyingParty, caller = 'lifeguard'): Internals {
  const internals = (relyingParty as Partial<Record<typeof INTERNALS, Internals>> | undefined)?.[
    INTERNALS
  ];
  if (internals !== undefined) return internals;
  throw new TypeError(
    `${caller}: its relyingParty is none; give what createRelyingParty of this package returned`,
  );
}
