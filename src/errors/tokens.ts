import type { Entry, Errors } from './entry.js';

/** What any signed token can be refused for. @param refused what people are told of this one */
export const signedTokenErrors = (
  token: string,
  refused: Omit<Entry, 'cause' | 'fix'>,
): Errors<
  'malformed' | 'algorithm_refused' | 'key_unknown' | 'signature_invalid' | 'issued_in_future'
> => ({
  malformed: {
    ...refused,
    cause: `The ${token} is not a signed JWT: cut short, encrypted, opaque, or not a token at all.`,
    fix: 'It must arrive exactly as the OpenID provider issued it. A provider that issues opaque or encrypted ones cannot be used here.',
  },
  algorithm_refused: {
    ...refused,
    cause: `The ${token} is signed with an algorithm that is not accepted: at a user pool RS256 alone, elsewhere what the provider announces of RS256, PS256, ES256 and EdDSA; or its \`kid\` names a key for another algorithm.`,
    fix: 'Set the client at the OpenID provider to one of these, and see that `id_token_signing_alg_values_supported` of its discovery document has it. From a stranger, `none` or HS256 is an attack.',
  },
  key_unknown: {
    ...refused,
    cause: `The key that signed the ${token} is not in the issuer's JWKS, which was read again to be sure: it is from another issuer, forged, or the JWKS comes from a stale cache.`,
    fix: 'Compare options.issuer with the `iss` of the token, and look for its `kid` at the `jwks_uri` of the discovery document.',
  },
  signature_invalid: {
    ...refused,
    cause: `The signature of the ${token} does not hold: it was changed on its way, or forged.`,
    fix: 'If it happens to everybody, a proxy rewrites what the OpenID provider answers. Now and then, somebody is trying.',
  },
  issued_in_future: {
    ...refused,
    cause:
      'The token, or the sign-in it speaks of, is from the future: our clock is more than a minute behind the OpenID provider’s.',
    fix: 'Synchronise the clock of this machine (`timedatectl set-ntp true`). `lifeguard doctor` measures the difference.',
  },
});

const idTokenRefused = {
  status: 502,
  title: 'We could not confirm who you are',
  detail:
    'The sign-in service sent an answer that did not pass our checks, so nobody was signed in.',
  next: 'sign-in',
} as const;

const logoutTokenRefused = {
  status: 400,
  title: 'The logout token was not accepted',
  detail: 'Nobody was signed out.',
  next: 'home',
} as const;

const idToken = signedTokenErrors('ID token', idTokenRefused);
const logoutToken = signedTokenErrors('logout token', logoutTokenRefused);

/**
 * What the OpenID provider tells us of a user, and does not pass: ID tokens, userInfo, logout
 * tokens.
 */
export const tokenErrors: Errors<
  | 'id_token_missing'
  | 'id_token_malformed'
  | 'id_token_algorithm_refused'
  | 'id_token_key_unknown'
  | 'id_token_signature_invalid'
  | 'id_token_issuer_mismatch'
  | 'id_token_audience_mismatch'
  | 'id_token_nonce_mismatch'
  | 'id_token_use_wrong'
  | 'id_token_access_token_mismatch'
  | 'id_token_expired'
  | 'id_token_issued_in_future'
  | 'id_token_subject_invalid'
  | 'id_token_sign_in_mismatch'
  | 'user_info_subject_mismatch'
  | 'user_info_invalid'
  | 'logout_token_malformed'
  | 'logout_token_algorithm_refused'
  | 'logout_token_key_unknown'
  | 'logout_token_signature_invalid'
  | 'logout_token_invalid'
  | 'logout_token_replayed'
> = {
  id_token_missing: {
    ...idTokenRefused,
    cause:
      'The token response has no ID token: options.scope lacks `openid`, or the provider is none of OpenID Connect.',
    fix: 'Keep `openid` in options.scope and allow it at the app client.',
  },
  id_token_malformed: idToken.malformed,
  id_token_algorithm_refused: idToken.algorithm_refused,
  id_token_key_unknown: idToken.key_unknown,
  id_token_signature_invalid: idToken.signature_invalid,
  id_token_issuer_mismatch: {
    ...idTokenRefused,
    cause:
      'The ID token has another `iss` than options.issuer. A slash at the end is a difference; so are the pool’s original and updated issuer.',
    fix: 'Copy options.issuer from the `issuer` of the discovery document, to the letter.',
  },
  id_token_audience_mismatch: {
    ...idTokenRefused,
    cause: 'The ID token is for another client than options.clientId, or for others beside it.',
    fix: 'Compare options.clientId with the app client, and give the client no further audiences for ID tokens: whoever else it is for could sign in here with it.',
  },
  id_token_nonce_mismatch: {
    ...idTokenRefused,
    cause:
      'The ID token belongs to another sign-in than the one it came back to: a replay, or a provider that loses the nonce.',
    fix: 'Single cases need nothing. If it is everybody, the OpenID provider does not return the `nonce`.',
  },
  id_token_use_wrong: {
    ...idTokenRefused,
    cause:
      'The token response has another token where the ID token should be, by its `typ`, `token_use` or `events`.',
    fix: 'Look for something between us and the token endpoint that mixes them up.',
  },
  id_token_access_token_mismatch: {
    ...idTokenRefused,
    cause: 'ID token and access token are not of the same sign-in (`at_hash`).',
    fix: 'As for a wrong nonce: single cases need nothing.',
  },
  id_token_expired: {
    ...idTokenRefused,
    cause: 'The ID token has expired already: our clock is ahead, or the answer took very long.',
    fix: 'Synchronise the clock of this machine (`timedatectl set-ntp true`). `lifeguard doctor` measures the difference.',
  },
  id_token_issued_in_future: idToken.issued_in_future,
  id_token_subject_invalid: {
    ...idTokenRefused,
    cause: 'The ID token has no `sub`.',
    fix: 'The OpenID provider is at fault; every ID token must have the same `sub` for the same user.',
  },
  id_token_sign_in_mismatch: {
    ...idTokenRefused,
    cause:
      'A refresh brought the ID token of another user (`sub`) or of another sign-in (`nonce`). The session has ended, and what came was revoked.',
    fix: 'The OpenID provider is at fault, or something between us and its token endpoint mixes answers up, such as a cache. If it happens again, give it the time and the subject from the log.',
  },
  user_info_subject_mismatch: {
    ...idTokenRefused,
    cause:
      'The userInfo answer is about another user than the ID token (`sub`), so nothing of it can be believed (OpenID Connect Core 1.0, section 5.3.2).',
    fix: 'The OpenID provider is at fault, or a cache or proxy in front of its userInfo endpoint. Until it is mended, set options.userInfo to none.',
  },
  user_info_invalid: {
    ...idTokenRefused,
    cause:
      'The userInfo endpoint refused the access token, or its answer is neither a JSON object nor a signed JWT that passes: one that is encrypted, expired, for another client or another kind of token.',
    fix: 'The log line says which. Set the client at the OpenID provider to plain JSON answers (`userinfo_signed_response_alg` left out), allow the scope `openid`, or set options.userInfo to none.',
  },
  logout_token_malformed: logoutToken.malformed,
  logout_token_algorithm_refused: logoutToken.algorithm_refused,
  logout_token_key_unknown: logoutToken.key_unknown,
  logout_token_signature_invalid: logoutToken.signature_invalid,
  logout_token_invalid: {
    ...logoutTokenRefused,
    cause:
      'A claim of the logout token is not as OpenID Connect Back-Channel Logout 1.0, section 2.6 demands; the log line names it.',
    fix: 'Correct the sender.',
  },
  logout_token_replayed: {
    ...logoutTokenRefused,
    cause: 'The logout token was used before.',
    fix: 'Nothing to do. A sender that retries makes a new token each time.',
  },
};
