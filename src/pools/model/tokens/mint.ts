import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import { identitiesClaim } from '../identities.js';
import type { AppClient, Grant, PoolUser } from '../pool-state.js';
import { isBooleanAttribute } from '../settings/schema.js';
import type { UserPool } from '../user-pool.js';
import { sign, type TokenFault } from './sign.js';
import { visibleAttributes } from './visible-attributes.js';

/** What tokens are made from. */
export interface MintOptions {
  readonly client: AppClient;
  readonly grant: Grant;
  readonly user: PoolUser;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly nonce?: string | undefined;
  readonly idTokenFault?: TokenFault | undefined;
  readonly accessTokenFault?: TokenFault | undefined;
}

/** A user's tokens of one grant; the ID token only with `openid`, or from the API. */
export interface MintedTokens {
  readonly idToken: string | undefined;
  readonly accessToken: string;
}

/**
 * Signs an access token and, with `openid` or for the API, an ID token that goes with it.
 *
 * Claims come in Cognito's order. The access token has no `aud`: the client is in `client_id`.
 */
export async function mintTokens(pool: UserPool, options: MintOptions): Promise<MintedTokens> {
  const accessToken = await sign(
    pool.keys.accessToken,
    accessTokenClaims(pool, options),
    options.accessTokenFault,
  );
  const { scopes, isFromApi } = options.grant;
  const idToken =
    isFromApi || scopes.includes('openid')
      ? await sign(
          pool.keys.idToken,
          idTokenClaims(pool, options, accessToken),
          options.idTokenFault,
        )
      : undefined;
  return { idToken, accessToken };
}

/**
 * Signs an access token for a client itself (RFC 6749, section 4.4): `sub` is the client, there is
 * no user.
 */
export async function mintClientCredentialsToken(
  pool: UserPool,
  client: AppClient,
  scopes: readonly string[],
  now: number,
  fault?: TokenFault,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  const claims = {
    sub: client.id,
    token_use: 'access',
    scope: scopes.join(' '),
    auth_time: issuedAt,
    iss: pool.issuer,
    exp: issuedAt + client.accessTokenSeconds,
    iat: issuedAt,
    version: 2,
    jti: randomUUID(),
    client_id: client.id,
  };
  return sign(pool.keys.accessToken, claims, fault);
}

/**
 * A refresh token: a JWE (RFC 7516) with Cognito's header and about its size, since clients stumble
 * over sizes. What it encrypts is random; the pool knows it by its text alone.
 */
export async function mintRefreshToken(pool: UserPool): Promise<string> {
  return new CompactEncrypt(randomBytes(1000))
    .setProtectedHeader({ cty: 'JWT', enc: 'A256GCM', alg: 'RSA-OAEP' })
    .encrypt({ ...pool.keys.idToken.publicJwk(), alg: 'RSA-OAEP', use: 'enc' });
}

function accessTokenClaims(pool: UserPool, { client, grant, user, now }: MintOptions): object {
  const issuedAt = Math.floor(now / 1000);
  return {
    sub: user.sub,
    'cognito:groups': groupsClaim(user),
    iss: pool.issuer,
    version: 2,
    client_id: client.id,
    origin_jti: client.tokenRevocation ? grant.originJti : undefined,
    event_id: grant.eventId,
    token_use: 'access',
    scope: grant.scopes.join(' '),
    auth_time: grant.authTime,
    exp: issuedAt + client.accessTokenSeconds,
    iat: issuedAt,
    jti: randomUUID(),
    username: user.username,
  };
}

function idTokenClaims(
  pool: UserPool,
  { client, grant, user, now, nonce }: MintOptions,
  accessToken: string,
): object {
  const issuedAt = Math.floor(now / 1000);
  const { email_verified, name, family_name, email, identities, ...others } = attributeClaims(
    user,
    client,
    grant.scopes,
  );
  return {
    at_hash: grant.isFromApi ? undefined : atHash(accessToken),
    sub: user.sub,
    'cognito:groups': groupsClaim(user),
    email_verified,
    iss: pool.issuer,
    'cognito:username': user.username,
    ...others,
    nonce,
    origin_jti: client.tokenRevocation ? grant.originJti : undefined,
    aud: client.id,
    identities,
    event_id: grant.eventId,
    token_use: 'id',
    auth_time: grant.authTime,
    name,
    exp: issuedAt + client.idTokenSeconds,
    iat: issuedAt,
    family_name,
    jti: client.tokenRevocation ? randomUUID() : undefined,
    email,
  };
}

function attributeClaims(
  user: PoolUser,
  client: AppClient,
  scopes: readonly string[],
): Record<string, unknown> {
  const { identities, ...attributes } = visibleAttributes(user, client, scopes);
  const claims = Object.entries(attributes).map(([name, value]) => [
    name,
    isBooleanAttribute(name) ? value === 'true' : value,
  ]);
  return { ...Object.fromEntries(claims), identities: identities && identitiesClaim(identities) };
}

const groupsClaim = (user: PoolUser): readonly string[] | undefined =>
  user.groups.length > 0 ? user.groups : undefined;

/** @see OpenID Connect Core 1.0, section 3.1.3.6 */
const atHash = (accessToken: string): string =>
  createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
