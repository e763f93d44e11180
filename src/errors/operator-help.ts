import type { RelyingPartyErrorCode } from './relying-party-error.js';
import { type OperatorHelp, tokenHelp } from './token-help.js';

/**
 * For the operator: every failure's cause and what ends it. The log has both for a failed sign-in; `docs/errors` has a
 * page for each code, written from here. What the user is told is in `errorCatalogue`.
 */
export const operatorHelp: Readonly<Record<RelyingPartyErrorCode, OperatorHelp>> = {
  ...tokenHelp,
  login_transaction_missing: {
    cause:
      'The browser came to the callback without the cookie of this sign-in: it took longer than LOGIN_SECONDS, was started in another browser, was a bookmark, or the cookie was lost on its way.',
    fix: 'Single cases need nothing: the page offers to start again. If everybody gets it, the browser opens another origin than BASE_URL, or a proxy drops `Set-Cookie`, or the processes do not share SESSION_SECRET.',
  },
  callback_malformed: {
    cause:
      'The answer of the OpenID provider at the callback has a parameter twice, or one that is too long. Real providers send neither.',
    fix: 'If it happens to people, look for a proxy that adds to the address. Otherwise somebody is trying things.',
  },
  authorization_denied: {
    cause:
      'The OpenID provider answered `access_denied`: the user cancelled, or a rule there keeps them out.',
    fix: 'The log line has the description the provider gave. Rules for who may sign in are kept at the provider.',
  },
  authorization_failed: {
    cause:
      'The OpenID provider answered the authorization request with an error that has no code of its own here.',
    fix: 'The log line has its words. Run `lifeguard doctor`: it makes the same request and follows it.',
  },
  authorization_scope_refused: {
    cause:
      'SCOPE asks for a scope the app client may not have (`invalid_scope`; Cognito does not say which). `offline_access` is never one at Cognito.',
    fix: 'Allow the scope at the app client (App clients › Login pages › OpenID Connect scopes), or take it out of SCOPE.',
  },
  authorization_flow_refused: {
    cause: 'The app client may not use the authorization code grant (`unauthorized_client`).',
    fix: 'Switch it on at the app client: App clients › Login pages › OAuth grant types › Authorization code grant.',
  },
  attribute_missing: {
    cause:
      'The master pool requires an attribute that the identity provider did not bring (`attributes required: […]`): it is not mapped, the identity provider is asked for too few scopes, or this one user has no value there.',
    fix: 'Map it at the identity provider (Social and external providers › Attribute mapping), ask for its scope there, and give the user a value upstream.',
  },
  attribute_immutable: {
    cause:
      'A mapped attribute cannot be changed in the master pool (`user.email: Attribute cannot be updated.`). The first sign-in works, each later one fails, because mapped attributes are written every time.',
    fix: 'Take the attribute out of the mapping. If it is needed, the pool must be made anew: whether a standard attribute is mutable cannot be changed later.',
  },
  attribute_unknown: {
    cause:
      'The attribute mapping names an attribute the master pool does not have (`Attribute does not exist in the schema`).',
    fix: 'Add the attribute to the pool (custom attributes can be added at any time), or take it out of the mapping.',
  },
  attribute_not_writable: {
    cause:
      'A mapped attribute is not among those the app client may write, so Cognito cannot store it at sign-in.',
    fix: 'App clients › Attribute permissions: allow writing every mapped attribute.',
  },
  identity_provider_refused: {
    cause:
      'The identity provider answered the master pool with an error. In the log line, `400 invalid_client` is a wrong client secret, `invalid_scope` asks for more than its client may have, `unauthorized_client` or `redirect_uri` means the pool’s `/oauth2/idpresponse` is not registered there.',
    fix: 'Social and external providers › the provider: compare client ID, client secret and scopes with the app client of the second pool.',
  },
  identity_provider_unreachable: {
    cause: 'The identity provider did not answer the master pool in time, or hung up.',
    fix: 'Usually passing. If not, its token, JWKS or userInfo address is wrong or closed to AWS: Cognito calls it from outside, over https on port 443.',
  },
  identity_provider_answer_invalid: {
    cause:
      'The master pool could not use what the identity provider sent (`Exception processing authorization code`): a code used twice, an ID token that does not verify, a userInfo answer about somebody else.',
    fix: 'If it happens every time, compare the issuer, the client ID and the JWKS address at the identity provider with its discovery document.',
  },
  identity_provider_issuer_mismatch: {
    cause:
      'The ID token of the identity provider has another `iss` than the issuer set at the master pool (`Bad id_token issuer …`). A slash at the end is a difference.',
    fix: 'Social and external providers › the provider › Issuer URL: copy it from the `issuer` in the provider’s discovery document, to the letter.',
  },
  identity_provider_subject_missing: {
    cause:
      'The identity provider brought no usable `sub`, or the mapping of `username` points to a claim that is empty.',
    fix: 'Map `username` to `sub`, and see that the provider issues a `sub`: it must, with the scope `openid`.',
  },
  sign_up_refused: {
    cause:
      'A Lambda trigger of the master pool ended the sign-in (`PreSignUp failed with error …`): it refused this user, or failed.',
    fix: 'The log line has the trigger’s words. Look at its log in CloudWatch.',
  },
  account_linking_unfinished: {
    cause:
      'A PreSignUp trigger joined the federated account with an existing one during the first sign-in (`Already found an entry for username …`).',
    fix: 'The second try works. To spare users the first, link with AdminLinkProviderForUser before they sign in.',
  },
  code_exchange_failed: {
    cause:
      'The token endpoint refused the code for another reason than the code itself: `invalid_client` is a wrong CLIENT_SECRET, `unauthorized_client` a redirect URI or grant that is not allowed.',
    fix: 'The log line has the provider’s error. `lifeguard doctor` tells these apart.',
  },
  code_refused: {
    cause: 'The code was used before, or is older than five minutes (`invalid_grant`).',
    fix: 'Single cases need nothing. If it is everybody, something opens the callback before the browser does (a link scanner, a proxy that repeats requests).',
  },
  provider_unavailable: {
    cause:
      'The OpenID provider did not answer, or with a server error; or DNS, TLS or a firewall is in the way.',
    fix: 'The log line has the network’s own error code. `lifeguard doctor` tries each address; a private certificate authority goes into NODE_EXTRA_CA_CERTS.',
  },
  provider_metadata_invalid: {
    cause:
      'The discovery document names another issuer than ISSUER, or lacks an endpoint. A user pool without a domain has none.',
    fix: 'Copy ISSUER from the `issuer` of the document, to the letter; give the user pool a domain.',
  },
  client_authentication_unsupported: {
    cause:
      'The OpenID provider lists only ways of client authentication that cannot be done with what is set: a secret (`client_secret_basic`, `client_secret_post`), a key (`private_key_jwt`), or neither (`none`); or the key is for no algorithm it lists.',
    fix: 'The log line has both lists. Give what the provider wants: CLIENT_SECRET, or CLIENT_KEY. If its list is wrong, name the method in CLIENT_AUTHENTICATION: then the list is not asked.',
  },
  pushed_authorization_refused: {
    cause:
      'The OpenID provider refused the authorization request that was pushed to it before the browser was sent there (PAR, RFC 9126): wrong client authentication, a callback URL that is not registered, or a scope the client may not have.',
    fix: 'The log line has the provider’s error. Compare CLIENT_ID, CLIENT_SECRET or CLIENT_KEY, SCOPE and the callback URL with the client there.',
  },
  user_info_subject_mismatch: {
    cause:
      'The userInfo answer is about another user than the ID token (`sub`), so nothing of it can be believed (OpenID Connect Core 1.0, section 5.3.2).',
    fix: 'The OpenID provider is at fault, or a cache or proxy in front of its userInfo endpoint. Until it is mended, set USER_INFO to none.',
  },
  user_info_invalid: {
    cause:
      'The userInfo endpoint refused the access token, or its answer is neither a JSON object nor a signed JWT that passes: one that is encrypted, expired, for another client or another kind of token.',
    fix: 'The log line says which. Set the client at the OpenID provider to plain JSON answers (`userinfo_signed_response_alg` left out), allow the scope `openid`, or set USER_INFO to none.',
  },
  provider_unknown: {
    cause: '`/login?provider=` names a provider that IDENTITY_PROVIDERS does not have.',
    fix: 'Correct the link, or add the provider.',
  },
  address_too_long: {
    cause:
      'The page that needs a sign-in has an address of more than 1,024 characters, or of more than 2,048 once it is written into the address of `/login`. It would not fit into the headers that proxies take. docs/limits.md has all limits.',
    fix: 'Keep what the address carries on the server, and a short name for it in the address; or offer the sign-in on a page before.',
  },
  prefetch_refused: {
    cause:
      'A browser or a script fetched `/login` in the background. That must not begin a sign-in.',
    fix: 'Link to `/login`, do not fetch it.',
  },
  step_up_not_done: {
    cause:
      'The page asked for a recent or stronger sign-in (`max_age`, `acr_values`) and the OpenID provider returned one that is neither. Cognito ignores both outside its higher plans.',
    fix: 'Use a plan with step-up, or ask for less.',
  },
  authentication_too_old: {
    cause:
      'The route asks for a more recent sign-in than this session or token is from, or for a stronger one (`acrValues`), or the token of a user does not say when they signed in (`auth_time`).',
    fix: 'Sign in again, or get a new access token.',
  },
  authorization_header_malformed: {
    cause: 'The `Authorization` header is not exactly one `Bearer <token>`.',
    fix: 'Correct the caller; a proxy with Basic authentication in front must not pass its header on.',
  },
  scope_insufficient: {
    cause: 'The access token lacks a scope the route needs.',
    fix: 'Allow the scope at the caller’s app client and ask for it; for sessions, add it to SCOPE.',
  },
  group_required: {
    cause: '`cognito:groups` does not have the group the route needs.',
    fix: 'Put the user in the group. A session sees it at its next refresh.',
  },
  claim_required: {
    cause: 'A claim is not what the route needs.',
    fix: 'See the guard of the route, and what the OpenID provider puts into the token.',
  },
  session_ended: {
    cause:
      'The session ended: a sign-out here or elsewhere, its time limits, or the OpenID provider no longer knows it.',
    fix: 'Sign in again. Unexpectedly often, compare SESSION_ABSOLUTE_SECONDS with the lifetime of refresh tokens.',
  },
  form_not_sent: {
    cause:
      'A person sent a form to a page that needs a session, or a fresher or stronger sign-in than theirs. It is no redirect, since the `form-action` of the page with the form would stop that, and what was sent would be lost in any case.',
    fix: 'Nothing, if it is seldom: people leave forms open for longer than sessions last. Often, make SESSION_IDLE_SECONDS longer, or keep drafts in the browser.',
  },
  session_lost: {
    cause:
      'Two sign-ins of one browser succeeded within half a minute, and each time the next request found no session. The processes do not share their sessions (`SESSION_STORE=memory:` or a file of its own for each of several machines), their secrets (`SESSION_SECRET`) or the time, the session store forgets (a Redis that is a cache and evicts, or was emptied), or another program on the same host sets a cookie of the same name.',
    fix: 'Give all processes the same SESSION_STORE and SESSION_SECRET and a clock that is right, and a Redis `maxmemory-policy noeviction`; `lifeguard doctor` looks at it. Two programs on one host need a `cookieNamespace` each.',
  },
  session_store_unavailable: {
    cause: 'The session store did not answer within a second.',
    fix: 'Look at Redis, or at the disk with the session file. `/readyz` says when it answers again.',
  },
  csrf_refused: {
    cause: 'A request that changes something did not come from one of our own pages.',
    fix: 'If it is your own page, it is on another origin than BASE_URL, or a proxy removes `Origin` and `Sec-Fetch-Site`.',
  },
  rate_limited: {
    cause: 'RATE_LIMIT_PER_MINUTE is used up for this address.',
    fix: 'If it hits everybody, all of them share the proxy’s address: set TRUST_PROXY.',
  },
  request_malformed: {
    cause: 'The address or the body cannot be read.',
    fix: 'Correct the caller.',
  },
  not_found: { cause: 'No route has this path.', fix: 'Correct the link.' },
  method_not_allowed: {
    cause: 'The path exists, the method does not.',
    fix: 'Correct the caller. Signing out is POST /logout.',
  },
  internal_error: {
    cause: 'A fault of ours or of the app around us, that nobody caught.',
    fix: 'The log line with the same request id has its kind and stack.',
  },
};
