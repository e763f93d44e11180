import { cognitoLogoutEndpoint, cognitoLogoutUrl } from '../../cognito/logout-url.js';
import type { IdentityProvider } from '../provider/identity-provider.js';
import type { RelyingPartyContext } from '../context.js';
import type { LogoutStep } from './chain.js';

/** What a hop is told besides where to come back to. */
export interface HopParameters {
  /** Comes back with the browser, where the hop speaks OpenID Connect. */
  readonly state?: string | undefined;
  readonly idToken?: string | undefined;
}

/** Whether a hop speaks OpenID Connect and gives `state` back, which Cognito does not. */
export function givesStateBack(context: RelyingPartyContext, step: LogoutStep): boolean {
  return step.name === 'master'
    ? !context.isUserPool
    : upstreamOf(context, step)?.signOut.kind === 'oidc';
}

/** In characters: nginx takes 4 kB of headers from us, of which the address is one. */
export const MAX_HINT_LENGTH = 2048;

/**
 * Where a hop is, or `undefined` when it has no sign-out address.
 * @see RP-Initiated Logout 1.0 section 2; for Cognito its logout endpoint's own words
 */
export function hopUrl(
  context: RelyingPartyContext,
  step: LogoutStep,
  { state, idToken }: HopParameters = {},
): URL | undefined {
  const returnUri = `${context.baseUrl}${context.basePath}/logout/continue`;
  if (step.name === 'master') return masterHop(context, returnUri, { state, idToken });
  const strategy = upstreamOf(context, step)?.signOut;
  switch (strategy?.kind) {
    case 'cognito': {
      const endpoint = new URL('logout', withSlash(strategy.domain));
      return cognitoLogoutUrl(endpoint, strategy.clientId, returnUri);
    }
    case 'oidc':
      return endSessionUrl(strategy.endSessionEndpoint, returnUri, {
        client_id: strategy.clientId,
        state,
      });
    case 'none':
    case undefined:
      return undefined;
  }
}

function masterHop(
  context: RelyingPartyContext,
  returnUri: string,
  { state, idToken }: HopParameters,
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
        // Recommended and no more (RP-Initiated Logout 1.0 section 2); with a hundred groups it fits into no address.
        id_token_hint:
          idToken !== undefined && idToken.length > MAX_HINT_LENGTH ? undefined : idToken,
        state,
      });
}

function endSessionUrl(
  endpoint: string,
  returnUri: string,
  parameters: Record<string, string | undefined>,
): URL {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  url.searchParams.set('post_logout_redirect_uri', returnUri);
  return url;
}

/** The identity provider an `upstream` step is about, if it is one we know. */
export function upstreamOf(
  { identityProviders }: RelyingPartyContext,
  { provider }: LogoutStep,
): IdentityProvider | undefined {
  return identityProviders.find(({ name }) => name === provider);
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
