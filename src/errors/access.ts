import type { Errors } from './entry.js';
import { signedTokenErrors } from './tokens.js';

const accessTokenRefused = {
  status: 401,
  title: 'The access token was not accepted',
  detail: 'Ask for a new access token and send the request again.',
  next: 'sign-in',
  challenge: 'invalid_token',
} as const;

const accessToken = signedTokenErrors('access token', accessTokenRefused);

/** Who may not use the API, or a page. */
export const accessErrors: Errors<
  | 'access_token_missing'
  | 'access_token_malformed'
  | 'access_token_algorithm_refused'
  | 'access_token_key_unknown'
  | 'access_token_signature_invalid'
  | 'access_token_issuer_mismatch'
  | 'access_token_client_refused'
  | 'access_token_audience_refused'
  | 'access_token_use_wrong'
  | 'access_token_expired'
  | 'access_token_issued_in_future'
  | 'access_token_subject_invalid'
  | 'access_token_sender_constrained'
  | 'access_token_revoked'
  | 'access_token_not_taken'
  | 'authentication_too_old'
  | 'authorization_header_malformed'
  | 'scope_insufficient'
  | 'group_required'
  | 'claim_required'
> = {
  access_token_missing: {
    status: 401,
    title: 'Sign in first',
    detail: 'This address needs a signed-in session or an access token.',
    next: 'sign-in',
    cause: 'The route needs a session or an access token, and the request has neither.',
    fix: 'Sign in, or send `Authorization: Bearer <access token>`. If people who are signed in get it, their cookie is for another origin than options.baseUrl.',
  },
  access_token_malformed: accessToken.malformed,
  access_token_algorithm_refused: accessToken.algorithm_refused,
  access_token_key_unknown: accessToken.key_unknown,
  access_token_signature_invalid: accessToken.signature_invalid,
  access_token_issuer_mismatch: {
    ...accessTokenRefused,
    cause: 'The access token is from another issuer than options.issuer.',
    fix: 'Ask the right pool for it.',
  },
  access_token_client_refused: {
    ...accessTokenRefused,
    cause: 'The access token was issued to a client the API does not know.',
    fix: 'Add that client to options.api.clientIds, if its callers are welcome.',
  },
  access_token_audience_refused: {
    ...accessTokenRefused,
    cause:
      'The access token is meant for another API (`aud`), or, from an issuer that is no user pool, for none that it names.',
    fix: 'Ask for a token with `resource` (or `audience`) set to what options.api.audience says, or correct options.api.audience; docs/api-tokens.md has where each provider sets it.',
  },
  access_token_use_wrong: {
    ...accessTokenRefused,
    cause:
      'What was sent is an ID token, a logout token or a JWT of some other type; an API takes access tokens only.',
    fix: 'Send the access token.',
  },
  access_token_expired: {
    ...accessTokenRefused,
    cause: 'The access token has expired.',
    fix: 'Get a new one. If new ones are expired too, synchronise the clocks.',
  },
  access_token_issued_in_future: accessToken.issued_in_future,
  access_token_subject_invalid: {
    ...accessTokenRefused,
    cause: 'The access token has no `sub`.',
    fix: 'The OpenID provider is at fault.',
  },
  access_token_sender_constrained: {
    ...accessTokenRefused,
    detail:
      'It is bound to a key of your client, and was sent as a plain bearer token. Ask for one that is not bound.',
    cause:
      'The access token is bound to a key or certificate of the client (`cnf`, as with DPoP or mutual TLS), and the proof of that key is not checked here.',
    fix: 'Switch DPoP or certificate binding off for this client at the OpenID provider.',
  },
  access_token_revoked: {
    ...accessTokenRefused,
    cause: 'The sign-in the access token comes from has ended here.',
    fix: 'Sign in again and get a new one.',
  },
  access_token_not_taken: {
    status: 403,
    title: 'This address takes no access tokens',
    detail: 'It is for people signed in with a browser. Send the request without Authorization.',
    next: 'home',
    cause: 'The route is for sessions only, and the request has an access token.',
    fix: 'Leave `Authorization` out, or open the route to access tokens in its guard.',
  },
  authentication_too_old: {
    status: 401,
    title: 'Sign in again for this',
    detail:
      'This address needs a more recent or stronger sign-in, or a newer access token. Sign out, then sign in.',
    next: 'sign-out',
    cause:
      'The route asks for a more recent sign-in than this session or token is from, or for a stronger one (`acrValues`), or the token of a user does not say when they signed in (`auth_time`).',
    fix: 'Sign in again, or get a new access token.',
    challenge: 'insufficient_user_authentication',
  },
  authorization_header_malformed: {
    status: 400,
    title: 'The Authorization header could not be read',
    detail: 'Send exactly one header of the form "Authorization: Bearer <access token>".',
    next: 'home',
    cause: 'The `Authorization` header is not exactly one `Bearer <token>`.',
    fix: 'Correct the caller; a proxy with Basic authentication in front must not pass its header on.',
    challenge: 'invalid_request',
  },
  scope_insufficient: {
    status: 403,
    title: 'The access token does not allow this',
    detail: 'Ask for an access token with the scope this address needs.',
    next: 'home',
    cause: 'The access token lacks a scope the route needs.',
    fix: 'Allow the scope at the caller’s app client and ask for it; for sessions, add it to options.scope.',
    challenge: 'insufficient_scope',
  },
  group_required: {
    status: 403,
    title: 'You may not see this',
    detail: 'Your account is not in the group this address needs.',
    next: 'home',
    cause: '`cognito:groups` does not have the group the route needs.',
    fix: 'Put the user in the group. A session sees it at its next refresh.',
    challenge: 'insufficient_scope',
  },
  claim_required: {
    status: 403,
    title: 'You may not see this',
    detail: 'Your account lacks something this address needs.',
    next: 'home',
    cause: 'A claim is not what the route needs.',
    fix: 'See the guard of the route, and what the OpenID provider puts into the token.',
    challenge: 'insufficient_scope',
  },
};
