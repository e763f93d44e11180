import { cognitoLogoutEndpoint, cognitoLogoutUrl } from '../../cognito/logout-url.js';
import type { Addresses } from '../addresses.js';
import type { Provider } from '../provider/discovery.js';
import type { IdentityProvider } from '../provider/identity-provider.js';
import { isHop, type LogoutStep } from './chain.js';

/** What a hop is told besides where to come back to. */
interface HopParameters {
  /** Comes back with the browser, where the hop speaks OpenID Connect. */
  readonly state?: string | undefined;
  readonly idToken?: string | undefined;
}

/** The places a sign-out sends the browser to. */
export interface Hops {
  /**
   * Where a hop leads, `undefined` if it has no sign-out address.
   * @see RP-Initiated Logout 1.0 section 2; for Cognito its logout endpoint's own words
   */
  url(step: LogoutStep, parameters?: HopParameters): URL | undefined;
  /** Whether a hop speaks OpenID Connect and gives `state` back, which Cognito does not. */
  giveStateBack(step: LogoutStep): boolean;
  /** Whether a step that is still ahead can be done at all, as far as we know. */
  isPossible(step: LogoutStep): boolean;
  /** What the user calls the place a step is about. */
  label(step: LogoutStep): string;
  /** The identity provider an `upstream` step is about, if it is one we know. */
  upstream(step: LogoutStep): IdentityProvider | undefined;
}

export interface HopsOptions extends Pick<Addresses, 'baseUrl' | 'basePath'> {
  readonly clientId: string;
  /** The OP is a Cognito user pool and speaks Cognito's dialect. */
  readonly isUserPool: boolean;
  readonly provider: Pick<Provider, 'knownMetadata'>;
  readonly identityProviders: readonly IdentityProvider[];
}

/** In characters: nginx takes 4 kB of headers from us, of which the address is one. */
export const MAX_HINT_LENGTH = 2048;

export function createHops(options: HopsOptions): Hops {
  const { isUserPool, provider, identityProviders } = options;
  const returnUri = `${options.baseUrl}${options.basePath}/logout/continue`;

  const upstream: Hops['upstream'] = (step) =>
    identityProviders.find(({ name }) => name === step.provider);
  const url: Hops['url'] = (step, parameters = {}) =>
    step.name === 'master'
      ? masterUrl(options, returnUri, parameters)
      : upstreamUrl(upstream(step), returnUri, parameters);

  return {
    url,
    upstream,
    giveStateBack: (step) =>
      step.name === 'master' ? !isUserPool : upstream(step)?.signOut.kind === 'oidc',
    isPossible(step) {
      const isMasterUnknown = step.name === 'master' && provider.knownMetadata() === undefined;
      return !isHop(step) || isMasterUnknown || url(step) !== undefined;
    },
    label(step) {
      if (step.name === 'local') return 'This site';
      if (step.name === 'revoke') return 'Access given to this site';
      if (step.name === 'master') return 'The sign-in service';
      return upstream(step)?.label ?? step.provider ?? 'The account you used';
    },
  };
}

function upstreamUrl(
  upstream: IdentityProvider | undefined,
  returnUri: string,
  { state }: HopParameters,
): URL | undefined {
  const strategy = upstream?.signOut;
  if (strategy?.kind === 'cognito') {
    const domain = strategy.domain.endsWith('/') ? strategy.domain : `${strategy.domain}/`;
    return cognitoLogoutUrl(new URL('logout', domain), strategy.clientId, returnUri);
  }
  return strategy?.kind === 'oidc'
    ? endSessionUrl(strategy.endSessionEndpoint, returnUri, { client_id: strategy.clientId, state })
    : undefined;
}

function masterUrl(
  { isUserPool, clientId, provider }: HopsOptions,
  returnUri: string,
  { state, idToken }: HopParameters,
): URL | undefined {
  const metadata = provider.knownMetadata();
  if (metadata === undefined) return undefined;
  const { authorization_endpoint: authorize, end_session_endpoint: endSession } = metadata;
  if (isUserPool) {
    const endpoint = endSession ? new URL(endSession) : cognitoLogoutEndpoint(authorize!);
    return cognitoLogoutUrl(endpoint, clientId, returnUri);
  }
  if (endSession === undefined) return undefined;
  // Recommended and no more (RP-Initiated Logout 1.0 section 2); with a hundred groups it fits into
  // no address.
  const hint = (idToken?.length ?? 0) > MAX_HINT_LENGTH ? undefined : idToken;
  return endSessionUrl(endSession, returnUri, { client_id: clientId, id_token_hint: hint, state });
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
