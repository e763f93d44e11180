import type { Session } from '../sessions/session.js';
import { cognitoLogoutEndpoint, cognitoLogoutUrl } from '../cognito/logout-url.js';
import type { RelyingPartyContext } from './context.js';
import type { IdentityProvider, UpstreamSignOut } from '../config/settings.js';
import type { RevocationOutcome } from './revoke.js';
import type { SignOutStepView } from './views.js';

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

/**
 * Where a hop is, or `undefined` when it has no sign-out address.
 * @see RP-Initiated Logout 1.0 section 2; for Cognito its logout endpoint's own words
 */
export function hopUrl(
  context: RelyingPartyContext,
  step: LogoutStep,
  idToken?: string,
): URL | undefined {
  const returnUri = `${context.baseUrl}${context.basePath}/logout/continue`;
  if (step.name === 'master') return masterHop(context, returnUri, idToken);
  const strategy = strategyOf(context, step);
  switch (strategy?.kind) {
    case 'cognito': {
      const endpoint = new URL('logout', withSlash(strategy.domain));
      return cognitoLogoutUrl(endpoint, strategy.clientId, returnUri);
    }
    case 'oidc':
      return endSessionUrl(strategy.endSessionEndpoint, returnUri, {
        ...(strategy.clientId !== undefined && { client_id: strategy.clientId }),
      });
    case 'none':
    case undefined:
      return undefined;
  }
}

function masterHop(
  context: RelyingPartyContext,
  returnUri: string,
  idToken?: string,
): URL | undefined {
  const metadata = context.provider.knownMetadata();
  if (metadata === undefined) return undefined;
  const { authorization_endpoint: authorize, end_session_endpoint: endSession } = metadata;
  if (context.isUserPool) {
    const endpoint = endSession ? new URL(endSession) : cognitoLogoutEndpoint(authorize!);
    return cognitoLogoutUrl(endpoint, context.clientId, returnUri);
  }
  return endSession === undefined
    ? undefined
    : endSessionUrl(endSession, returnUri, {
        client_id: context.clientId,
        ...(idToken !== undefined && { id_token_hint: idToken }),
      });
}

function endSessionUrl(
  endpoint: string,
  returnUri: string,
  parameters: Record<string, string>,
): URL {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  url.searchParams.set('post_logout_redirect_uri', returnUri);
  return url;
}

function strategyOf(context: RelyingPartyContext, step: LogoutStep): UpstreamSignOut | undefined {
  return identityProvider(context, step)?.signOut;
}

function identityProvider(
  { identityProviders }: RelyingPartyContext,
  { provider }: LogoutStep,
): IdentityProvider | undefined {
  return identityProviders.find(({ name }) => name === provider);
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

/** A step in the user's words. */
export function describeStep(context: RelyingPartyContext, step: LogoutStep): SignOutStepView {
  const outcome = step.outcome === 'pending' ? 'unfinished' : step.outcome;
  return { label: labelOf(context, step), outcome, advice: adviceFor(context, step) };
}

function labelOf(context: RelyingPartyContext, step: LogoutStep): string {
  switch (step.name) {
    case 'local':
      return 'This site';
    case 'revoke':
      return 'Access given to this site';
    case 'master':
      return 'The sign-in service';
    case 'upstream':
      return identityProvider(context, step)?.label ?? step.provider ?? 'Your identity provider';
  }
}

function adviceFor(context: RelyingPartyContext, step: LogoutStep): string | undefined {
  if (step.outcome === 'done') return undefined;
  if (step.name === 'revoke') {
    return step.outcome === 'failed' ? 'It ends by itself when it expires.' : undefined;
  }
  if (step.outcome !== 'not-possible') return 'Press “Finish signing out”.';
  const strategy = strategyOf(context, step);
  return strategy?.kind === 'none'
    ? strategy.advice
    : 'It has no sign-out address we know. Close the browser to be safe.';
}
