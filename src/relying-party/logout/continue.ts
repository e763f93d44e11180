import type { Request, Response } from 'express';
import { queryOf } from '../../web/request/query.js';
import { wantsPage } from '../../web/request/wants-page.js';
import type { RelyingPartyContext } from '../context.js';
import { pendingHop, withOutcome, type LogoutStep } from './chain.js';
import { nextStop } from './next-stop.js';
import { timeLeft } from '../session/time-left.js';

/** A pool's sign-out takes seconds; who comes later comes from somewhere else. */
const RETURNS_WITHIN_MS = 120_000;

/**
 * `GET /logout/continue`: the one URL each hop comes back to. It leads to the next hop or to `/signed-out`, never elsewhere;
 * without a chain, or when nothing says that the browser comes from the hop it was sent to, to `/signed-out`.
 */
export async function continueLogout(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const signOut = await context.currentSignOut(req, res);
  const hop = signOut && pendingHop(signOut.chain);
  if (signOut === undefined || hop === undefined || !comesFrom(context, hop, req)) {
    return res.redirect(303, `${context.basePath}/signed-out`);
  }
  const { chain, stop } = await nextStop(context, withOutcome(signOut.chain, hop, 'done'), {
    endsAt: performance.now() + timeLeft(req),
  });
  context.logoutChains.write(res, { ...signOut, chain });
  res.redirect(303, stop.href);
}

/**
 * Whether this is the return from a hop. By the `state` it was given (RP-Initiated Logout 1.0 section 2); Cognito gives none back,
 * so there it must be a visit of the whole tab, from another site, soon after the browser was sent there. A link elsewhere can
 * pass for that, which is why our pages do not claim more than that the browser was sent there.
 */
function comesFrom({ now }: RelyingPartyContext, { left }: LogoutStep, req: Request): boolean {
  if (left === undefined) return false;
  if (left.state !== undefined) return queryOf(req)['state'] === left.state;
  return wantsPage(req) && !cannotBeFromPool(req) && now() - left.at < RETURNS_WITHIN_MS;
}

/**
 * A bookmark, a typed address, a link of our own: a pool's redirect makes a navigation cross-site, or same-site where the pool has
 * a sibling subdomain. A service worker that hands requests on with options writes a header of its own, which says nothing.
 * @see W3C Fetch Metadata Request Headers, section 2.3
 */
function cannotBeFromPool(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site');
  return req.get('Sec-Fetch-Mode') === 'navigate' && (site === 'none' || site === 'same-origin');
}
