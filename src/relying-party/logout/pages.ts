import type { Request, Response } from 'express';
import { displayNameOf } from '../../sessions/session.js';
import { NOBODY, sessionOf, type CurrentSession } from '../session/current.js';
import type { Pages } from '../session/pages.js';
import type { SignOutStepView } from '../views.js';
import { isHop, isUnfinished, planLogout, type LogoutStep } from './chain.js';
import type { Hops } from './hops.js';
import { placesLeft, visitAgainHref, type BrowserMemory } from './memory.js';
import type { CurrentSignOut } from './unended.js';

export interface LogoutPagesOptions {
  readonly basePath: string;
  readonly identityProviders: readonly { readonly name: string }[];
  readonly hops: Hops;
  readonly memory: BrowserMemory;
  readonly currentSession: CurrentSession;
  readonly currentSignOut: CurrentSignOut;
  readonly pages: Pages;
}

/** `GET /logout`: asks; never signs out by itself, so that no image or link elsewhere can. */
export async function askBeforeLogout(
  options: LogoutPagesOptions,
  req: Request,
  res: Response,
): Promise<void> {
  const { identityProviders, hops, memory, currentSession, currentSignOut, pages } = options;
  // With the store down nobody can tell who this is; the button works all the same.
  const { found, isKnown } = await currentSession(req, res).then(
    (state) => ({ found: state, isKnown: true }),
    () => ({ found: NOBODY, isKnown: false }),
  );
  const session = sessionOf(found);
  const signOut = await currentSignOut(req, res);
  const unfinished = signOut && isUnfinished(signOut.chain) ? signOut.chain : undefined;
  const chain =
    (session === undefined ? unfinished : undefined) ??
    planLogout(identityProviders, session, placesLeft(memory, req, signOut));
  const isEndedHere = isKnown && session === undefined;
  const isAhead = (step: LogoutStep): boolean =>
    isHop(step) && step.outcome !== 'done' && hops.isPossible(step);
  pages.show(res, 'logout', {
    page: await pages.contextOf(req, res, 'Sign out'),
    displayName: session && displayNameOf(session),
    isKnown,
    steps: chain
      .filter((step) => (step.name === 'local' ? !isEndedHere : isAhead(step)))
      .map((step) => hops.label(step)),
  });
}

/**
 * `GET /signed-out`: which steps worked, which did not and what to do. Never starts a login by
 * itself.
 */
export async function showSignedOut(
  { basePath, hops, memory, currentSignOut, pages }: LogoutPagesOptions,
  req: Request,
  res: Response,
): Promise<void> {
  const signOut = await currentSignOut(req, res);
  const chain = signOut?.chain ?? [];
  const isComplete = !isUnfinished(chain);
  // One that does not open here may be another process's.
  if (isComplete && signOut?.unended.length === 0) memory.signOut.clear(res);
  if (isComplete && chain.length > 0) memory.places.clear(res);
  const title = isComplete ? 'Signed out' : 'Not signed out everywhere';
  const page = await pages.contextOf(req, res, title);
  pages.show(res, 'signed-out', {
    page: page.isSessionKnown ? page : { ...page, title: 'Sign out' },
    steps: chain.filter(isWorthTelling).map((step) => describeStep(hops, step)),
    isComplete,
    visitAgainHref: isComplete ? visitAgainHref(basePath, chain) : undefined,
  });
}

/** Without tokens there was nothing to revoke, and nothing to tell. */
function isWorthTelling({ name, outcome }: LogoutStep): boolean {
  return name !== 'revoke' || outcome !== 'not-possible';
}

/** A step in the user's words. */
function describeStep(hops: Hops, step: LogoutStep): SignOutStepView {
  const outcome = step.outcome === 'pending' ? 'unfinished' : step.outcome;
  return {
    label: hops.label(step),
    outcome,
    isVisit: isHop(step),
    cameBack: isHop(step) && step.outcome === 'done' && step.left?.state !== undefined,
    advice: adviceFor(hops, step),
  };
}

function adviceFor(hops: Hops, step: LogoutStep): string | undefined {
  if (step.outcome === 'done') return undefined;
  if (step.name === 'revoke') {
    return step.outcome === 'failed'
      ? 'It ends by itself when it expires.'
      : 'We do this when our storage works again.';
  }
  if (step.name === 'local') {
    return 'This browser is signed out. Our storage does not work at the moment; when it does, we delete the session there too.';
  }
  if (step.outcome !== 'not-possible') return 'Press “Finish signing out”.';
  if (step.name === 'upstream' && step.provider === undefined) {
    return 'We no longer know which one that was. Close the browser to be safe.';
  }
  const strategy = hops.upstream(step)?.signOut;
  return strategy?.kind === 'none'
    ? strategy.advice
    : 'It has no sign-out address we know. Close the browser to be safe.';
}
