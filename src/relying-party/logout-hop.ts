import { cognitoLogoutEndpoint, cognitoLogoutUrl } from '../cognito/logout-url.js';
import type { IdentityProvider } from '../config/settings.js';
import type { RelyingPartyContext } from './context.js';
import type { LogoutStep } from './logout-chain.js';

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
  const strategy = upstreamOf(context, step)?.signOut;
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
