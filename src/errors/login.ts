import type { Entry, Errors } from './entry.js';

/** What people are told where the operator must put something right. */
export const notSetUp: Omit<Entry, 'cause' | 'fix'> = {
  status: 502,
  title: 'Signing in is not set up correctly',
  detail: 'This is a fault of ours, not yours. Tell us the request id below.',
  next: 'home',
};

/** The way in, as far as it is ours, the browser's and the OpenID provider's. */
export const loginErrors: Errors<
  | 'login_transaction_missing'
  | 'callback_malformed'
  | 'authorization_denied'
  | 'authorization_failed'
  | 'authorization_scope_refused'
  | 'authorization_flow_refused'
  | 'code_exchange_failed'
  | 'code_refused'
  | 'provider_unavailable'
  | 'provider_metadata_invalid'
  | 'client_authentication_unsupported'
  | 'pushed_authorization_refused'
  | 'provider_unknown'
  | 'address_too_long'
  | 'prefetch_refused'
  | 'step_up_not_done'
> = {
  login_transaction_missing: {
    status: 400,
    title: 'This sign-in has expired',
    detail:
      'It took too long, was started in another browser, or cookies are switched off. Nothing is lost: start again.',
    next: 'sign-in',
    cause:
      'The browser came to the callback without the cookie of this sign-in: it took longer than options.loginSeconds, was started in another browser, was a bookmark, or the cookie was lost on its way.',
    fix: 'Single cases need nothing: the page offers to start again. If everybody gets it, the browser opens another origin than options.baseUrl, or a proxy drops `Set-Cookie`, or the processes do not share options.session.secrets.',
  },
  callback_malformed: {
    status: 400,
    title: 'The sign-in answer could not be read',
    detail: 'The sign-in service sent you back without what we need. Start again.',
    next: 'sign-in',
    cause:
      'The answer of the OpenID provider at the callback has a parameter twice, or one that is too long. Real providers send neither.',
    fix: 'If it happens to people, look for a proxy that adds to the address. Otherwise somebody is trying things.',
  },
  authorization_denied: {
    status: 403,
    title: 'You were not signed in',
    detail: 'The sign-in was cancelled, or your account may not use this site.',
    next: 'sign-in',
    cause:
      'The OpenID provider answered `access_denied`: the user cancelled, or a rule there keeps them out.',
    fix: 'The log line has the description the provider gave. Rules for who may sign in are kept at the provider.',
  },
  authorization_failed: {
    status: 502,
    title: 'The sign-in service reported a problem',
    detail:
      'It could not finish signing you in. If it happens again, tell us the request id below.',
    next: 'sign-in',
    cause:
      'The OpenID provider answered the authorization request with an error that has no code of its own here.',
    fix: 'The log line has its words. Run `lifeguard doctor`: it makes the same request and follows it.',
  },
  authorization_scope_refused: {
    ...notSetUp,
    cause:
      'The app client may not have one of the scopes in options.scope: `invalid_scope`, and Cognito does not say which. `offline_access` is never one at Cognito.',
    fix: 'Allow the scope at the app client (App clients › Login pages › OpenID Connect scopes), or take it out of options.scope.',
  },
  authorization_flow_refused: {
    ...notSetUp,
    cause: 'The app client may not use the authorization code grant (`unauthorized_client`).',
    fix: 'Switch it on at the app client: App clients › Login pages › OAuth grant types › Authorization code grant.',
  },
  code_exchange_failed: {
    status: 502,
    title: 'The sign-in could not be completed',
    detail: 'The sign-in service did not accept the last step. Usually starting again helps.',
    next: 'sign-in',
    cause:
      'The token endpoint refused the code for another reason than the code itself: `invalid_client` is a wrong options.clientSecret, `unauthorized_client` a redirect URI or grant that is not allowed.',
    fix: 'The log line has the provider’s error. `lifeguard doctor` tells these apart.',
  },
  code_refused: {
    status: 400,
    title: 'This sign-in was already used or took too long',
    detail: 'Each sign-in works once and for a few minutes. Start again.',
    next: 'sign-in',
    cause: 'The code was used before, or is older than five minutes (`invalid_grant`).',
    fix: 'Single cases need nothing. If it is everybody, something opens the callback before the browser does (a link scanner, a proxy that repeats requests).',
  },
  provider_unavailable: {
    status: 503,
    title: 'The sign-in service is unavailable',
    detail: 'We cannot reach it at the moment. Try again in a minute.',
    next: 'retry',
    cause:
      'The OpenID provider did not answer, or with a server error; or DNS, TLS or a firewall is in the way.',
    fix: 'The log line has the network’s own error code. `lifeguard doctor` tries each address; a private certificate authority goes into NODE_EXTRA_CA_CERTS.',
  },
  provider_metadata_invalid: {
    status: 503,
    title: 'The sign-in service is unavailable',
    detail: 'It is not set up correctly at the moment. Try again later.',
    next: 'retry',
    cause:
      'The discovery document names another issuer than options.issuer, or lacks an endpoint. A user pool without a domain has none.',
    fix: 'Copy options.issuer from the `issuer` of the document, to the letter; give the user pool a domain.',
  },
  client_authentication_unsupported: {
    ...notSetUp,
    cause:
      'The OpenID provider lists only ways of client authentication that cannot be done with what is set: a secret (`client_secret_basic`, `client_secret_post`), a key (`private_key_jwt`), or neither (`none`); or the key is for no algorithm it lists.',
    fix: 'The log line has both lists. Give what the provider wants: options.clientSecret, or options.clientKey. If its list is wrong, name the method in options.clientAuthentication: then the list is not asked.',
  },
  pushed_authorization_refused: {
    ...notSetUp,
    cause:
      'The OpenID provider refused the authorization request that was pushed to it before the browser was sent there (PAR, RFC 9126): wrong client authentication, a callback URL that is not registered, or a scope the client may not have.',
    fix: 'The log line has the provider’s error. Compare options.clientId, options.clientSecret or options.clientKey, options.scope and the callback URL with the client there.',
  },
  provider_unknown: {
    status: 400,
    title: 'Unknown way to sign in',
    detail: 'That sign-in option does not exist here. Choose one from the sign-in page.',
    next: 'sign-in',
    cause: '`/login?provider=` names a provider that options.identityProviders does not have.',
    fix: 'Correct the link, or add the provider.',
  },
  address_too_long: {
    status: 414,
    title: 'This address is too long to come back to',
    detail:
      'Signing in could not bring you back here afterwards. Sign in first, then open the same address again.',
    next: 'sign-in',
    cause:
      'The page that needs a sign-in has an address of more than 1,024 characters, or of more than 2,048 once it is written into the address of `/login`. It would not fit into the headers that proxies take. docs/limits.md has all limits.',
    fix: 'Keep what the address carries on the server, and a short name for it in the address; or offer the sign-in on a page before.',
  },
  prefetch_refused: {
    status: 403,
    title: 'Open this page to sign in',
    detail: 'Signing in starts only when a person opens the page.',
    next: 'sign-in',
    cause:
      'A browser or a script fetched `/login` in the background. That must not begin a sign-in.',
    fix: 'Link to `/login`, do not fetch it.',
  },
  step_up_not_done: {
    status: 403,
    title: 'This page needs you to sign in again',
    detail:
      'The sign-in service did not ask you again in the way this page needs. Sign out, then sign in.',
    next: 'sign-out',
    cause:
      'The page asked for a recent or stronger sign-in (`max_age`, `acr_values`) and the OpenID provider returned one that is neither. Cognito ignores both outside its higher plans.',
    fix: 'Use a plan with step-up, or ask for less.',
  },
};
