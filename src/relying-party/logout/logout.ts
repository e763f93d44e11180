import type { Request, Response } from 'express';
import type { Sessions } from '../../sessions/sessions.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import { queryOf } from '../../web/request/query.js';
import { wantsPage } from '../../web/request/wants-page.js';
import type { LookAtProvider } from '../provider/presence.js';
import type { SessionCookie } from '../session/cookie.js';
import { NOBODY } from '../session/current.js';
import type { EndedSession, SessionEnds } from '../session/end.js';
import { timeLeft } from '../../sessions/time-left.js';
import type { Pages } from '../session/pages.js';
import {
  isUnfinished,
  pendingHop,
  planLogout,
  resume,
  settleServerSteps,
  withOutcome,
  type LogoutChain,
  type LogoutStep,
} from './chain.js';
import { placesLeft, providersToVisitAgain, type BrowserMemory, type SignOut } from './memory.js';
import type { FindNextStop, NextStop } from './next-stop.js';
import type { CurrentSignOut } from './unended.js';

export interface LogoutOptions {
  readonly basePath: string;
  readonly identityProviders: readonly { readonly name: string }[];
  readonly now: () => number;
  readonly sessions: Pick<Sessions, 'keyOf'>;
  readonly cookie: SessionCookie;
  readonly ends: SessionEnds;
  readonly providerPresence: LookAtProvider;
  readonly memory: BrowserMemory;
  readonly currentSignOut: CurrentSignOut;
  readonly findNextStop: FindNextStop;
  readonly pages: Pages;
}

/**
 * `POST /logout`: our session first and whatever happens afterwards, then the tokens, then the
 * browser goes hop by hop. It does not fail: what the store does not let us do is done later.
 * Posted again without a session it takes up an unfinished chain where it stopped.
 */
export async function logout(options: LogoutOptions, req: Request, res: Response): Promise<void> {
  const { cookie, providerPresence, currentSignOut, findNextStop, memory } = options;
  const endsAt = performance.now() + timeLeft(req);
  cookie.clear(res);
  // Looked for while the store works: all together may take no longer than a request waits.
  void providerPresence();
  const [earlier, { ended, key }] = await Promise.all([
    currentSignOut(req, res),
    endOwnSession(options, req),
  ]);
  const start = await planChain(options, req, { earlier, ended, endsAt });
  const left = ended?.isOver === false ? [key!] : [];
  const unended = [...new Set([...(earlier?.unended ?? []), ...left])];
  const { chain, stop } = await findNextStop(start, { endsAt, tokens: ended?.tokens });
  memory.signOut.write(res, { chain, unended });
  await send(options, req, res, stop);
}

/** Ends the session whose id the browser sent, whether or not there is one that can be read. */
async function endOwnSession(
  { cookie, sessions, ends }: LogoutOptions,
  req: Request,
): Promise<{ ended?: EndedSession; key?: string }> {
  const sessionId = cookie.read(req);
  if (sessionId === undefined) return {};
  const key = sessions.keyOf(sessionId);
  return { ended: await ends.one(key, 'logout'), key };
}

/**
 * The chain this sign-out begins with: the session's, or else one that was interrupted, or else
 * what can be guessed.
 */
async function planChain(
  { identityProviders, memory }: LogoutOptions,
  req: Request,
  {
    earlier,
    ended,
    endsAt,
  }: { earlier: SignOut | undefined; ended: EndedSession | undefined; endsAt: number },
): Promise<LogoutChain> {
  const interrupted = earlier !== undefined && isUnfinished(earlier.chain) ? earlier : undefined;
  const isResumed = ended?.signIn === undefined && interrupted !== undefined;
  const places = providersToVisitAgain(identityProviders, req) ?? placesLeft(memory, req, earlier);
  const chain = isResumed
    ? resume(interrupted.chain)
    : planLogout(identityProviders, ended?.signIn, places);
  const isOver = ended?.isOver ?? (earlier?.unended ?? []).length === 0;
  const revocation = ended === undefined ? 'not-possible' : await inTime(ended.revocation, endsAt);
  return settleServerSteps(chain, {
    isOver,
    revocation: isResumed && revocation === 'not-possible' ? undefined : revocation,
  });
}

const inTime = (
  revocation: EndedSession['revocation'],
  endsAt: number,
): Promise<LogoutStep['outcome']> =>
  withinTimeLimit(revocation, endsAt - performance.now()).catch(() => 'failed');

/**
 * A page in between instead of a redirect: the `form-action` of the page with the button, which may
 * be the host's, would stop a form's redirects to the pools, and nobody would see it. A Refresh
 * header is not part of the form's navigation.
 */
async function send(
  { pages }: LogoutOptions,
  req: Request,
  res: Response,
  { href, label }: NextStop,
): Promise<void> {
  if (!wantsPage(req)) return void res.json({ redirect_to: href });
  if (label === undefined) return res.redirect(303, href);
  const page = await pages.contextOf(req, res, 'Signing out', NOBODY);
  res.set('Refresh', `0; url=${href}`);
  pages.show(res, 'continue-signing-out', { page, label, href });
}

/** A pool's sign-out takes seconds; who comes later comes from somewhere else. */
const RETURNS_WITHIN_MS = 120_000;

/**
 * `GET /logout/continue`: the one URL each hop comes back to. It leads to the next hop or to
 * `/signed-out`, never elsewhere; without a chain, or when nothing says that the browser comes from
 * the hop it was sent to, to `/signed-out`.
 */
export async function continueLogout(
  { basePath, now, currentSignOut, findNextStop, memory }: LogoutOptions,
  req: Request,
  res: Response,
): Promise<void> {
  const signOut = await currentSignOut(req, res);
  const hop = signOut && pendingHop(signOut.chain);
  if (signOut === undefined || hop === undefined || !comesFrom(hop, req, now())) {
    return res.redirect(303, `${basePath}/signed-out`);
  }
  const { chain, stop } = await findNextStop(withOutcome(signOut.chain, hop, 'done'), {
    endsAt: performance.now() + timeLeft(req),
  });
  memory.signOut.write(res, { ...signOut, chain });
  res.redirect(303, stop.href);
}

/**
 * Whether this is the return from a hop. By the `state` it was given (RP-Initiated Logout 1.0
 * section 2); Cognito gives none back, so there it must be a visit of the whole tab, from another
 * site, soon after the browser was sent there. A link elsewhere can pass for that, which is why our
 * pages do not claim more than that the browser was sent there.
 */
function comesFrom({ left }: LogoutStep, req: Request, now: number): boolean {
  if (left === undefined) return false;
  if (left.state !== undefined) return queryOf(req)['state'] === left.state;
  return wantsPage(req) && !cannotBeFromPool(req) && now - left.at < RETURNS_WITHIN_MS;
}

/**
 * A bookmark, a typed address, a link of our own: a pool's redirect makes a navigation cross-site,
 * or same-site where the pool has a sibling subdomain. A service worker that hands requests on with
 * options writes a header of its own, which says nothing.
 * @see W3C Fetch Metadata Request Headers, section 2.3
 */
function cannotBeFromPool(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site');
  return req.get('Sec-Fetch-Mode') === 'navigate' && (site === 'none' || site === 'same-origin');
}
