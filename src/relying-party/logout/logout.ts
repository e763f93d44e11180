import type { Request, Response } from 'express';
import { displayNameOf } from '../../sessions/session.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import { sendPage } from '../../web/pages/send-page.js';
import { wantsPage } from '../../web/request/wants-page.js';
import type { RelyingPartyContext } from '../context.js';
import { describeLogoutStep, isPossible, labelOf } from './words.js';
import { endSession, type EndedSession } from '../session/end.js';
import {
  isHop,
  isUnfinished,
  placesLeft,
  planLogout,
  resumed,
  settleServerSteps,
  type LogoutChain,
  type LogoutStep,
} from './chain.js';
import type { SignOut } from './chain-cookie.js';
import { nextStop, type NextStop } from './next-stop.js';
import { timeLeft } from '../session/time-left.js';
import { visitAgainHref, visitedAgain } from './visit-again.js';

/** `GET /logout`: asks; never signs out by itself, so that no image or link elsewhere can. */
export async function logoutPage(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  // With the store down nobody can tell who this is; the button works all the same.
  const looked = await context.currentSession(req, res).then(
    (session) => ({ session, isKnown: true }),
    () => ({ session: undefined, isKnown: false }),
  );
  const { session, isKnown } = looked;
  const signOut = await context.currentSignOut(req, res);
  const unfinished = signOut && isUnfinished(signOut.chain) ? signOut.chain : undefined;
  const chain =
    (session === undefined ? unfinished : undefined) ??
    planLogout(context, session, placesOf(context, req, signOut));
  const isEndedHere = isKnown && session === undefined;
  const html = context.render('logout', {
    page: await context.pageContext(req, res, 'Sign out'),
    displayName: session && displayNameOf(session),
    isKnown,
    steps: chain
      .filter((step) => (step.name === 'local' ? !isEndedHere : isAhead(context, step)))
      .map((step) => labelOf(context, step)),
  });
  sendPage(res, html);
}

/** A place the browser is still to be sent to, and can be. */
function isAhead(context: RelyingPartyContext, step: LogoutStep): boolean {
  return isHop(step) && step.outcome !== 'done' && isPossible(context, step);
}

/**
 * `POST /logout`: our session first and whatever happens afterwards, then the tokens, then the browser goes hop by hop. It does
 * not fail: what the store does not let us do is done later. Posted again without a session it takes up an unfinished chain where
 * it stopped.
 */
export async function logout(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const endsAt = performance.now() + timeLeft(req);
  context.sessionCookie.clear(res);
  // Looked for while the store works: all together may take no longer than a request waits.
  void context.providerPresence();
  const [earlier, { ended, key }] = await Promise.all([
    context.currentSignOut(req, res),
    endOwnSession(context, req),
  ]);
  const start = await planOf(context, req, { earlier, ended, endsAt });
  const left = ended?.isOver === false ? [key!] : [];
  const unended = [...new Set([...(earlier?.unended ?? []), ...left])];
  const { chain, stop } = await nextStop(context, start, { endsAt, tokens: ended?.tokens });
  context.logoutChains.write(res, { chain, unended });
  await send(context, req, res, stop);
}

/** Ends the session whose id the browser sent, whether or not there is one that can be read. */
async function endOwnSession(
  context: RelyingPartyContext,
  req: Request,
): Promise<{ ended: EndedSession | undefined; key: string | undefined }> {
  const sessionId = context.sessionCookie.read(req);
  if (sessionId === undefined) return { ended: undefined, key: undefined };
  const key = context.sessions.keyOf(sessionId);
  const found = context.sessions.findByKey(key).catch(() => undefined);
  const ended = await endSession(context, { key, signIn: found }, 'logout');
  return { ended: { ...ended, signIn: ended.signIn ?? (await found) }, key };
}

/** The chain this sign-out begins with: the session's, or else one that was interrupted, or else what can be guessed. */
async function planOf(
  context: RelyingPartyContext,
  req: Request,
  {
    earlier,
    ended,
    endsAt,
  }: { earlier: SignOut | undefined; ended: EndedSession | undefined; endsAt: number },
): Promise<LogoutChain> {
  const interrupted = earlier !== undefined && isUnfinished(earlier.chain) ? earlier : undefined;
  const isResumed = ended?.signIn === undefined && interrupted !== undefined;
  const chain = isResumed
    ? resumed(interrupted.chain)
    : planLogout(
        context,
        ended?.signIn,
        visitedAgain(context, req) ?? placesOf(context, req, earlier),
      );
  const isOver = ended?.isOver ?? (earlier?.unended ?? []).length === 0;
  const revocation = ended === undefined ? 'not-possible' : await inTime(ended.revocation, endsAt);
  return settleServerSteps(chain, {
    isOver,
    revocation: isResumed && revocation === 'not-possible' ? undefined : revocation,
  });
}

/** Where a browser may still be signed in, as it remembers it. */
function placesOf(
  { places }: RelyingPartyContext,
  req: Request,
  earlier: SignOut | undefined,
): readonly string[] | undefined {
  const remembered = places.read(req);
  const left = placesLeft(remembered ?? [], earlier?.chain ?? []);
  return left.length === 0 ? remembered && left : left;
}

const inTime = (
  revocation: EndedSession['revocation'],
  endsAt: number,
): Promise<LogoutStep['outcome']> =>
  withinTimeLimit(revocation, endsAt - performance.now()).catch(() => 'failed');

/**
 * A page in between instead of a redirect: the `form-action` of the page with the button, which may be the host's, would stop a
 * form's redirects to the pools, and nobody would see it. A Refresh header is not part of the form's navigation.
 */
async function send(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
  { href, label }: NextStop,
): Promise<void> {
  if (!wantsPage(req)) return void res.json({ redirect_to: href });
  if (label === undefined) return res.redirect(303, href);
  const page = await context.pageContext(req, res, 'Signing out');
  res.set('Refresh', `0; url=${href}`);
  sendPage(res, context.render('continue-signing-out', { page, label, href }));
}

/** `GET /signed-out`: which steps worked, which did not and what to do. Never starts a login by itself. */
export async function signedOutPage(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const signOut = await context.currentSignOut(req, res);
  const chain = signOut?.chain ?? [];
  const isComplete = !isUnfinished(chain);
  // One that does not open here may be another process's.
  if (isComplete && signOut?.unended.length === 0) context.logoutChains.clear(res);
  if (isComplete && chain.length > 0) context.places.clear(res);
  const title = isComplete ? 'Signed out' : 'Not signed out everywhere';
  const page = await context.pageContext(req, res, title);
  const html = context.render('signed-out', {
    page: page.isSessionKnown ? page : { ...page, title: 'Sign out' },
    steps: chain.filter(isWorthTelling).map((step) => describeLogoutStep(context, step)),
    isComplete,
    visitAgainHref: isComplete ? visitAgainHref(context, chain) : undefined,
  });
  sendPage(res, html);
}

/** Without tokens there was nothing to revoke, and nothing to tell. */
function isWorthTelling({ name, outcome }: LogoutStep): boolean {
  return name !== 'revoke' || outcome !== 'not-possible';
}
