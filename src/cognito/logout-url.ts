/**
 * A pool's sign-out request, in Cognito's own words: it ignores `post_logout_redirect_uri` and
 * `id_token_hint`, gives no `state` back, and ends the browser session only on a top-level
 * navigation.
 *
 * @param logoutEndpoint `/logout` on the pool's domain
 * @param logoutUri where to come back to; registered at the client to the letter, without a query
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
 */
export function cognitoLogoutUrl(logoutEndpoint: URL, clientId: string, logoutUri: string): URL {
  const url = new URL(logoutEndpoint);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('logout_uri', logoutUri);
  return url;
}

/**
 * A pool's domain, as a browser sees it, by where a sign-in begins there; `undefined` while it has
 * none.
 */
export const domainByAuthorizationEndpoint = (endpoint: string): string | undefined =>
  /^(.+)\/oauth2\/authorize$/.exec(endpoint)?.[1];

/**
 * `/logout` beside `/oauth2/authorize`: discovery lists it as `end_session_endpoint` only since
 * February 2024.
 */
export function cognitoLogoutEndpoint(authorizationEndpoint: string): URL {
  const url = new URL(authorizationEndpoint);
  url.pathname = url.pathname.replace(/\/oauth2\/authorize$/, '/logout');
  url.search = '';
  return url;
}
