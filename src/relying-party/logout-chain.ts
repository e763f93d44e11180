import type { Session } from '../sessions/session.js';
import type { RelyingPartyContext } from './context.js';
import type { RevocationOutcome } from './revoke.js';

/** One place a federated sign-out ends something at. Hops (`master`, `upstream`) are visited by the browser. */
export interface LogoutStep {
  readonly name: 'local' | 'revoke' | 'master' | 'upstream';
  /** For `upstream`: the identity provider's name. */
  readonly provider?: string;
  readonly outcome: 'pending' | 'done' | 'failed' | 'not-possible';
}

/** A federated sign-out as data: what it ends, in order, and how far it is. */
export type LogoutChain = readonly LogoutStep[];

/**
 * The chain for a session, computed before it is destroyed. Without a session (it may have run out while the pools still know
 * the browser) it goes through the only identity provider there is.
 */
export function planLogout(
  { identityProviders }: RelyingPartyContext,
  session: Session | undefined,
): LogoutChain {
  const provider =
    session === undefined ? onlyOne(identityProviders)?.name : session.identityProvider;
  const chain: LogoutStep[] = [
    { name: 'local', outcome: 'pending' },
    { name: 'revoke', outcome: 'pending' },
    { name: 'master', outcome: 'pending' },
  ];
  return provider === undefined || provider === 'COGNITO'
    ? chain
    : [...chain, { name: 'upstream', provider, outcome: 'pending' }];
}

/** What has happened on the server; what is left is for the browser to visit. */
export function settleServerSteps(
  chain: LogoutChain,
  happened: { revocation: RevocationOutcome; masterAnswers: boolean },
): LogoutChain {
  return chain.map((step): LogoutStep => {
    switch (step.name) {
      case 'local':
        return { ...step, outcome: 'done' };
      case 'revoke':
        return { ...step, outcome: happened.revocation };
      case 'master':
        return happened.masterAnswers ? step : { ...step, outcome: 'failed' };
      case 'upstream':
        return step;
    }
  });
}

/** The hop the browser is at, or goes to next. */
export function pendingHop(chain: LogoutChain): LogoutStep | undefined {
  return chain.find(({ outcome }) => outcome === 'pending');
}

/** The chain with one of its steps come to this; `step` is that very object. */
export function withOutcome(
  chain: LogoutChain,
  step: LogoutStep,
  outcome: LogoutStep['outcome'],
): LogoutChain {
  return chain.map((each) => (each === step ? { ...each, outcome } : each));
}

/** Hops that failed are tried again when the user asks to finish. */
export function resumed(chain: LogoutChain): LogoutChain {
  return chain.map((step) =>
    isHop(step) && step.outcome === 'failed' ? { ...step, outcome: 'pending' } : step,
  );
}

/** Whether something the browser must visit is still to be done. */
export function isUnfinished(chain: LogoutChain): boolean {
  return chain.some((step) => isHop(step) && ['pending', 'failed'].includes(step.outcome));
}

function isHop({ name }: LogoutStep): boolean {
  return name === 'master' || name === 'upstream';
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}
