import type { RelyingPartyContext } from '../context.js';
import { isHop, type LogoutStep } from './chain.js';
import { hopUrl, upstreamOf } from './hops.js';
import type { SignOutStepView } from '../views.js';

/** A step in the user's words. */
export function describeLogoutStep(
  context: RelyingPartyContext,
  step: LogoutStep,
): SignOutStepView {
  const outcome = step.outcome === 'pending' ? 'unfinished' : step.outcome;
  return {
    label: labelOf(context, step),
    outcome,
    isVisit: isHop(step),
    cameBack: isHop(step) && step.outcome === 'done' && step.left?.state !== undefined,
    advice: adviceFor(context, step),
  };
}

/** Whether a step that is still ahead can be done at all, as far as we know. */
export function isPossible(context: RelyingPartyContext, step: LogoutStep): boolean {
  const isMasterUnknown = step.name === 'master' && context.provider.knownMetadata() === undefined;
  return !isHop(step) || isMasterUnknown || hopUrl(context, step) !== undefined;
}

/** What the user calls the place a step is about. */
export function labelOf(context: RelyingPartyContext, step: LogoutStep): string {
  switch (step.name) {
    case 'local':
      return 'This site';
    case 'revoke':
      return 'Access given to this site';
    case 'master':
      return 'The sign-in service';
    case 'upstream':
      return upstreamOf(context, step)?.label ?? step.provider ?? 'The account you used';
  }
}

function adviceFor(context: RelyingPartyContext, step: LogoutStep): string | undefined {
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
  const strategy = upstreamOf(context, step)?.signOut;
  return strategy?.kind === 'none'
    ? strategy.advice
    : 'It has no sign-out address we know. Close the browser to be safe.';
}
