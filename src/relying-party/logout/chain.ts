import type { Session } from '../../sessions/session.js';

/**
 * One place a federated sign-out ends something at. Hops (`master`, `upstream`) are visited by the
 * browser.
 */
export interface LogoutStep {
  readonly name: 'local' | 'revoke' | 'master' | 'upstream';
  /** For `upstream`: the identity provider's name; absent where it is no longer known. */
  readonly provider?: string;
  readonly outcome: 'pending' | 'done' | 'failed' | 'not-possible';
  /** For a hop the browser was sent to. */
  readonly left?: LeftFor | undefined;
  /** The user has asked to finish, after this hop had failed or got lost. */
  readonly isRetry?: true;
}

/** When the browser was sent to a hop, and what must come back with it. */
export interface LeftFor {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Absent at Cognito, which gives none back. */
  readonly state: string | undefined;
}

/** A federated sign-out as data: what it ends, in order, and how far it is. */
export type LogoutChain = readonly LogoutStep[];

/**
 * The chain for a session, computed before it is destroyed. Without a session (it may have run out
 * while the pools still know the browser), and without `places`, it goes through the only identity
 * provider there is; of several nobody knows which.
 *
 * @param places identity providers the browser signed in through and was not signed out at since,
 *   if that is known
 */
export function planLogout(
  identityProviders: readonly { readonly name: string }[],
  session: Pick<Session, 'identityProvider'> | undefined,
  places: readonly string[] | undefined,
): LogoutChain {
  const isUnknown = session === undefined && places === undefined;
  const providers = new Set([session?.identityProvider, ...(places ?? [])]);
  const known = [...providers].filter((name) => name !== undefined && name !== 'COGNITO');
  const guessed = identityProviders.length > 1 ? [undefined] : identityProviders.map(nameOf);
  return [
    { name: 'local', outcome: 'pending' },
    { name: 'revoke', outcome: 'pending' },
    { name: 'master', outcome: 'pending' },
    ...(isUnknown ? guessed : known).map(visitTo),
  ];
}

const nameOf = ({ name }: { readonly name: string }): string => name;

const visitTo = (provider: string | undefined): LogoutStep => ({
  name: 'upstream',
  ...(provider !== undefined && { provider }),
  outcome: 'pending',
});

/**
 * What has happened on the server, if anything has to the tokens; what is left is for the browser
 * to visit.
 */
export function settleServerSteps(
  chain: LogoutChain,
  happened: { isOver: boolean; revocation: LogoutStep['outcome'] | undefined },
): LogoutChain {
  return chain.map((step): LogoutStep => {
    if (step.name === 'local') return { ...step, outcome: happened.isOver ? 'done' : 'pending' };
    return step.name === 'revoke'
      ? { ...step, outcome: happened.revocation ?? step.outcome }
      : step;
  });
}

/** The hop the browser is at, or goes to next. */
export function pendingHop(chain: LogoutChain): LogoutStep | undefined {
  return chain.find((step) => isHop(step) && step.outcome === 'pending');
}

/** The chain with one of its steps come to this; `step` is that very object. */
export function withOutcome(
  chain: LogoutChain,
  step: LogoutStep,
  outcome: LogoutStep['outcome'],
): LogoutChain {
  return chain.map((each) => (each === step ? { ...each, outcome } : each));
}

/** The chain once the browser is sent to one of its hops. */
export function leavingFor(chain: LogoutChain, hop: LogoutStep, left: LeftFor): LogoutChain {
  return chain.map((each) => (each === hop ? { ...each, left } : each));
}

/** Hops that failed, or were not come back from, are tried again when the user asks to finish. */
export function resume(chain: LogoutChain): LogoutChain {
  return chain.map((step) =>
    isHop(step) && isOpen(step) ? { ...step, outcome: 'pending', isRetry: true } : step,
  );
}

/** Whether something the browser must visit is still to be done. */
export function isUnfinished(chain: LogoutChain): boolean {
  return chain.some((step) => isHop(step) && isOpen(step));
}

export function isOpen({ outcome }: LogoutStep): boolean {
  return outcome === 'pending' || outcome === 'failed';
}

export function isHop({ name }: LogoutStep): boolean {
  return name === 'master' || name === 'upstream';
}
