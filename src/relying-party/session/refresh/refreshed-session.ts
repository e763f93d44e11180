import type { Session, SessionTokens } from '../../../sessions/session.js';
import type { SignInReader } from '../../provider/token-response.js';
import { readHeldIdToken, verifyRefreshedIdToken } from './refreshed-id-token.js';
import type { TokenResponse } from '../../provider/token-response.js';

/**
 * The session as a refresh says it is. What the ID token, and userInfo if it counts, say replaces
 * what the session said, also where it says nothing any more: a user in no group has no groups
 * claim.
 *
 * Not so the sign-in itself: nobody has given their credentials anew, so its time and names stay,
 * and its strength unless the OP says it. Without an ID token the last one holds; userInfo, if it
 * counts, is asked all the same and may say something else now. Scopes are those of the new access
 * token, see `scopesOf`.
 *
 * @throws {RelyingPartyError} as `verifyRefreshedIdToken` and `SignInReader.addUserInfo`
 */
export async function refreshSession(
  signIns: SignInReader,
  response: TokenResponse,
  session: Session,
  held: SessionTokens,
): Promise<Session> {
  const scopes = signIns.scopesOf(response, session.scopes);
  const isWithoutIdToken = response.id_token === undefined;
  if (isWithoutIdToken && !signIns.mergesUserInfo) return { ...session, scopes };
  const idToken = isWithoutIdToken
    ? readHeldIdToken(session, held)
    : await verifyRefreshedIdToken(signIns, response, session, held);
  const claims = await signIns.addUserInfo(idToken, response.access_token);
  const said = signIns.describe(claims, scopes, session.userAgent);
  const { originJti, sid } = session;
  return { ...session, ...said, acr: said.acr ?? session.acr, originJti, sid };
}
