import type { RelyingPartyErrorCode } from './relying-party-error.js';

/** What the operator needs to know about a failure: where it comes from, and what ends it. */
export interface OperatorHelp {
  readonly cause: string;
  readonly fix: string;
}

type TokenErrorCode = Extract<
  RelyingPartyErrorCode,
  `id_token_${string}` | `access_token_${string}` | `logout_token_${string}`
>;

const malformed = (token: string): OperatorHelp => ({
  cause: `The ${token} is not a signed JWT: cut short, encrypted, opaque, or not a token at all.`,
  fix: 'It must arrive exactly as the OpenID provider issued it. A provider that issues opaque or encrypted ones cannot be used here.',
});

const algorithmRefused = (token: string): OperatorHelp => ({
  cause: `The ${token} is signed with an algorithm that is not accepted: at a user pool RS256 alone, elsewhere what the provider announces of RS256, PS256, ES256 and EdDSA; or its \`kid\` names a key for another algorithm.`,
  fix: 'Set the client at the OpenID provider to one of these, and see that `id_token_signing_alg_values_supported` of its discovery document has it. From a stranger, `none` or HS256 is an attack.',
});

const keyUnknown = (token: string): OperatorHelp => ({
  cause: `The key that signed the ${token} is not in the issuer's JWKS, which was read again to be sure: it is from another issuer, forged, or the JWKS comes from a stale cache.`,
  fix: 'Compare ISSUER with the `iss` of the token, and look for its `kid` at the `jwks_uri` of the discovery document.',
});

const signatureInvalid = (token: string): OperatorHelp => ({
  cause: `The signature of the ${token} does not hold: it was changed on its way, or forged.`,
  fix: 'If it happens to everybody, a proxy rewrites what the OpenID provider answers. Now and then, somebody is trying.',
});

const clocksDiffer: OperatorHelp = {
  cause:
    'The token, or the sign-in it speaks of, is from the future: our clock is more than a minute behind the OpenID provider’s.',
  fix: 'Synchronise the clock of this machine (`timedatectl set-ntp true`). `lifeguard doctor` measures the difference.',
};

/** Cause and fix of whatever a token can be refused for. */
export const tokenHelp: Readonly<Record<TokenErrorCode, OperatorHelp>> = {
  id_token_missing: {
    cause:
      'The token response has no ID token: SCOPE lacks `openid`, or the provider is none of OpenID Connect.',
    fix: 'Keep `openid` in SCOPE and allow it at the app client.',
  },
  id_token_malformed: malformed('ID token'),
  id_token_algorithm_refused: algorithmRefused('ID token'),
  id_token_key_unknown: keyUnknown('ID token'),
  id_token_signature_invalid: signatureInvalid('ID token'),
  id_token_issuer_mismatch: {
    cause:
      'The ID token has another `iss` than ISSUER. A slash at the end is a difference; so are the pool’s original and updated issuer.',
    fix: 'Copy ISSUER from the `issuer` of the discovery document, to the letter.',
  },
  id_token_audience_mismatch: {
    cause: 'The ID token is for another client than CLIENT_ID, or for others beside it.',
    fix: 'Compare CLIENT_ID with the app client, and give the client no further audiences for ID tokens: whoever else it is for could sign in here with it.',
  },
  id_token_nonce_mismatch: {
    cause:
      'The ID token belongs to another sign-in than the one it came back to: a replay, or a provider that loses the nonce.',
    fix: 'Single cases need nothing. If it is everybody, the OpenID provider does not return the `nonce`.',
  },
  id_token_use_wrong: {
    cause:
      'The token response has another token where the ID token should be, by its `typ`, `token_use` or `events`.',
    fix: 'Look for something between us and the token endpoint that mixes them up.',
  },
  id_token_access_token_mismatch: {
    cause: 'ID token and access token are not of the same sign-in (`at_hash`).',
    fix: 'As for a wrong nonce: single cases need nothing.',
  },
  id_token_expired: {
    cause: 'The ID token has expired already: our clock is ahead, or the answer took very long.',
    fix: 'Synchronise the clock of this machine (`timedatectl set-ntp true`). `lifeguard doctor` measures the difference.',
  },
  id_token_issued_in_future: clocksDiffer,
  id_token_subject_invalid: {
    cause: 'The ID token has no `sub`.',
    fix: 'The OpenID provider is at fault; every ID token must have the same `sub` for the same user.',
  },
  id_token_sign_in_mismatch: {
    cause:
      'A refresh brought the ID token of another user (`sub`) or of another sign-in (`nonce`). The session has ended, and what came was revoked.',
    fix: 'The OpenID provider is at fault, or something between us and its token endpoint mixes answers up, such as a cache. If it happens again, give it the time and the subject from the log.',
  },
  access_token_missing: {
    cause: 'The route needs a session or an access token, and the request has neither.',
    fix: 'Sign in, or send `Authorization: Bearer <access token>`. If people who are signed in get it, their cookie is for another origin than BASE_URL.',
  },
  access_token_malformed: malformed('access token'),
  access_token_algorithm_refused: algorithmRefused('access token'),
  access_token_key_unknown: keyUnknown('access token'),
  access_token_signature_invalid: signatureInvalid('access token'),
  access_token_issuer_mismatch: {
    cause: 'The access token is from another issuer than ISSUER.',
    fix: 'Ask the right pool for it.',
  },
  access_token_client_refused: {
    cause: 'The access token was issued to a client the API does not know.',
    fix: 'Add that client to API_CLIENT_IDS, if its callers are welcome.',
  },
  access_token_audience_refused: {
    cause:
      'The access token is meant for another API (`aud`), or, from an issuer that is no user pool, for none that it names.',
    fix: 'Ask for a token with `resource` (or `audience`) set to what API_AUDIENCE says, or correct API_AUDIENCE; docs/api-tokens.md has where each provider sets it.',
  },
  access_token_use_wrong: {
    cause:
      'What was sent is an ID token, a logout token or a JWT of some other type; an API takes access tokens only.',
    fix: 'Send the access token.',
  },
  access_token_expired: {
    cause: 'The access token has expired.',
    fix: 'Get a new one. If new ones are expired too, synchronise the clocks.',
  },
  access_token_issued_in_future: clocksDiffer,
  access_token_subject_invalid: {
    cause: 'The access token has no `sub`.',
    fix: 'The OpenID provider is at fault.',
  },
  access_token_sender_constrained: {
    cause:
      'The access token is bound to a key or certificate of the client (`cnf`, as with DPoP or mutual TLS), and the proof of that key is not checked here.',
    fix: 'Switch DPoP or certificate binding off for this client at the OpenID provider.',
  },
  access_token_revoked: {
    cause: 'The sign-in the access token comes from has ended here.',
    fix: 'Sign in again and get a new one.',
  },
  access_token_not_taken: {
    cause: 'The route is for sessions only, and the request has an access token.',
    fix: 'Leave `Authorization` out, or open the route to access tokens in its guard.',
  },
  logout_token_malformed: malformed('logout token'),
  logout_token_algorithm_refused: algorithmRefused('logout token'),
  logout_token_key_unknown: keyUnknown('logout token'),
  logout_token_signature_invalid: signatureInvalid('logout token'),
  logout_token_invalid: {
    cause:
      'A claim of the logout token is not as OpenID Connect Back-Channel Logout 1.0, section 2.6 demands; the log line names it.',
    fix: 'Correct the sender.',
  },
  logout_token_replayed: {
    cause: 'The logout token was used before.',
    fix: 'Nothing to do. A sender that retries makes a new token each time.',
  },
};
