import { decodeJwt } from 'jose';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import type { Session, SessionTokens } from '../../../sessions/session.js';
import type { IdTokenClaims } from '../../../tokens/id-token.js';
import type { SignedClaims } from '../../../tokens/signed-claims.js';
import type { SignInReader } from '../../provider/token-response.js';
import type { TokenResponse } from '../../provider/token-response.js';

/**
 * Checks the ID token that a refresh brought: as at sign-in, and that it is of the same sign-in, by
 * its `sub` and, where it has one, its `nonce`.
 *
 * `auth_time` should be the first one's too. Some OPs move it on (the user gave their password to
 * another site; a rotated refresh token), which is no reason to sign somebody out. But this
 * browser's user has not been asked again: the claims that come back say when they were.
 *
 * @throws {RelyingPartyError} `id_token_sign_in_mismatch`: the answer is about somebody else; the
 *   session must end, and what came be revoked. Any other code is as at sign-in
 * @see OpenID Connect Core 1.0 section 12.2
 */
export async function verifyRefreshedIdToken(
  signIns: Pick<SignInReader, 'verifyIdToken'>,
  response: TokenResponse,
  session: Pick<Session, 'subject' | 'authenticatedAt'>,
  { nonce }: Pick<SessionTokens, 'nonce'>,
): Promise<IdTokenClaims> {
  const refreshed = await signIns.verifyIdToken(response, null);
  if (refreshed.subject !== session.subject) throw mismatch('sub is another user');
  const said = refreshed.all['nonce'];
  if (said !== undefined && said !== nonce) throw mismatch('nonce is of another sign-in');
  return { ...refreshed, all: asOfTheSignIn(refreshed.all, session) };
}

/**
 * What the last ID token says still, where a refresh brings none. It was verified before it was
 * sealed.
 */
export function readHeldIdToken(
  session: Pick<Session, 'subject' | 'authenticatedAt'>,
  { idToken }: Pick<SessionTokens, 'idToken'>,
): Pick<IdTokenClaims, 'subject' | 'all'> {
  return { subject: session.subject, all: asOfTheSignIn(decodeJwt(idToken), session) };
}

function asOfTheSignIn(
  claims: SignedClaims,
  { authenticatedAt }: Pick<Session, 'authenticatedAt'>,
): SignedClaims {
  return {
    ...claims,
    auth_time: authenticatedAt === undefined ? undefined : authenticatedAt / 1000,
  };
}

const mismatch = (message: string): RelyingPartyError =>
  new RelyingPartyError('id_token_sign_in_mismatch', `refresh: ${message}`);
