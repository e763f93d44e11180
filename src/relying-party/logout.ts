import type { Request, Response } from 'express';
import { REQUEST_WAIT_MS } from '../config/time-limits.js';
import { displayNameOf } from '../sessions/session.js';
import { withinTimeLimit } from '../sessions/time-limit.js';
import { sendPage } from '../web/send-page.js';
import { wantsPage } from '../web/wants-page.js';
import type { RelyingPartyContext } from './context.js';
import { describeLogoutStep } from './describe-logout-step.js';
import { endSession } from './end-session.js';
import {
  isUnfinished,
  pendingHop,
  planLogout,
  resumed,
  settleServerSteps,
  withOutcome,
  type LogoutChain,
  type LogoutStep,
} from './logout-chain.js';
import { hopUrl } from './logout-hop.js';
import { sessionOf } from './session-cookie.js';

/** `GET /logout`: asks; never signs out by itself, so that no image or link elsewhere can. */
export async function logoutPage(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const session = await context.currentSession(req, res);
  const chain = unfinishedChain(context, req) ?? planLogout(context, session);
  const html = context.render('logout', {
    page: await context.pageContext(req, res, 'Sign out'),
    displayName: session && displayNameOf(session),
    steps: chain
      .filter(({ name }) => name !== 'revoke')
      .map((step) => describeLogoutStep(context, step).label),
  });
  sendPage(res, html);
}

/**
 * `POST /logout`: our session first and whatever happens afterwards, then the tokens, then the browser goes hop by hop. Posted
 * again without a session it takes up an unfinished chain where it stopped.
 */
export async function logout(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  // Not the current session: signing out needs no fresh tokens, and must not wait for the OP.
  const session = await sessionOf(req, context);
  const unfinished = session === undefined ? unfinishedChain(context, req) : undefined;
  const plan = unfinished === undefined ? planLogout(context, session) : resumed(unfinished);

  const ended = session && (await endSession(context, session, 'logout'));
  context.sessionCookie.clear(res);
  const [revocation, presence] = await Promise.all([
    ended?.revocation ?? ('not-possible' as const),
    // Discovery may take longer than a sign-out waits. The upstream is not looked for: it may be out of our reach only.
    withinTimeLimit(context.providerPresence(), REQUEST_WAIT_MS).catch(() => 'silent'),
  ]);
  // Who presses "Finish" is sent to the master pool all the same: it may not answer us, and yet the browser.
  const chain =
    unfinished === undefined
      ? settleServerSteps(plan, { revocation, masterAnswers: presence === 'answers' })
      : plan;
  const next = await nextHop(context, res, chain, ended?.tokens?.idToken);
  if (wantsPage(req)) res.redirect(303, next);
  else res.json({ redirect_to: next });
}

/** `GET /logout/continue`: the one URL each hop comes back to; without a chain it leads to `/signed-out`, never elsewhere. */
export async function continueLogout(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const chain = context.logoutChains.read(req);
  const arrivedFrom = chain && pendingHop(chain);
  if (chain === undefined || arrivedFrom === undefined) {
    return res.redirect(303, `${context.basePath}/signed-out`);
  }
  res.redirect(
    303,
    await nextHop(context, res, withOutcome(chain, arrivedFrom, 'done'), undefined),
  );
}

/** `GET /signed-out`: which steps worked, which did not and what to do. Never starts a login by itself. */
export async function signedOutPage(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const chain = context.logoutChains.read(req) ?? [];
  const isComplete = !isUnfinished(chain);
  if (isComplete) context.logoutChains.clear(res);
  const html = context.render('signed-out', {
    page: await context.pageContext(
      req,
      res,
      isComplete ? 'Signed out' : 'Not signed out everywhere',
    ),
    steps: chain.filter(isWorthTelling).map((step) => describeLogoutStep(context, step)),
    isComplete,
  });
  sendPage(res, html);
}

/** Without tokens there was nothing to revoke, and nothing to tell. */
function isWorthTelling({ name, outcome }: LogoutStep): boolean {
  return name !== 'revoke' || outcome !== 'not-possible';
}

/** An interrupted sign-out of this browser that can be finished. */
export function unfinishedChain(
  { logoutChains }: Pick<RelyingPartyContext, 'logoutChains'>,
  req: Request,
): LogoutChain | undefined {
  const chain = logoutChains.read(req);
  return chain !== undefined && isUnfinished(chain) ? chain : undefined;
}

/** Passes over hops that have no address, remembers how far we are, and says where the browser goes next. */
async function nextHop(
  context: RelyingPartyContext,
  res: Response,
  start: LogoutChain,
  idToken: string | undefined,
): Promise<string> {
  let chain = start;
  for (let hop = pendingHop(chain); hop !== undefined; hop = pendingHop(chain)) {
    const url = hopUrl(context, hop, idToken);
    if (url !== undefined) {
      context.logoutChains.write(res, chain);
      return url.href;
    }
    const isUnknown = hop.name === 'master' && context.provider.knownMetadata() === undefined;
    chain = withOutcome(chain, hop, isUnknown ? 'failed' : 'not-possible');
  }
  context.logoutChains.write(res, chain);
  context.events.emit('logout.completed', {
    steps: chain.map(({ name, outcome }) => ({ name, outcome })),
  });
  return `${context.basePath}/signed-out`;
}
