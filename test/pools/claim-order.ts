/**
 * An ID token's claims in the order they have been seen on the wire; those that are absent are
 * skipped.
 */
export const idTokenOrder = [
  'at_hash',
  'sub',
  'cognito:groups',
  'email_verified',
  'iss',
  'cognito:username',
  'given_name',
  'nonce',
  'origin_jti',
  'aud',
  'identities',
  'event_id',
  'token_use',
  'auth_time',
  'name',
  'exp',
  'iat',
  'family_name',
  'jti',
  'email',
];

/** The same for an access token. */
export const accessTokenOrder = [
  'sub',
  'cognito:groups',
  'iss',
  'version',
  'client_id',
  'origin_jti',
  'event_id',
  'token_use',
  'scope',
  'auth_time',
  'exp',
  'iat',
  'jti',
  'username',
];
