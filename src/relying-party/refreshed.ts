import type { Session, SessionTokens } from '../sessions/session.js';
import type { RelyingPartyParts } from './context.js';
import { heldIdToken, verifiedRefreshedIdToken } from './refreshed-id-token.js';
import { whoSignedIn, type TokenResponse } from './token-response.js';
import { withUserInfo } from './user-info.js';

/**
 * The session as a refresh says it is. What the ID token, and userInfo if it counts, say replaces what the session said, also
 * where it says nothing any more: a user in no group has no groups claim.
 *
 * Not so the sign-in itself: nobody has given their credentials anew, so its time and names stay, and its strength unless the OP
 * says it. Without an ID token the last one holds; userInfo, if it counts, is asked all the same and may say something else now.
 * Scopes change only if the answer names them (RFC 6749 section 5.1).
 *
 * @throws {RelyingPartyError} as `verifiedRefreshedIdToken` and `withUserInfo`
 */
export async function refreshed(
  context: RelyingPartyParts,
  response: TokenResponse,
  session: Session,
  held: SessionTokens,
): Promise<Session> {
  const scope = response.scope ?? session.scopes.join(' ');
  const isWithoutIdToken = response.id_token === undefined;
  if (isWithoutIdToken && !context.mergesUserInfo) {
    return { ...session, scopes: scope.split(' ').filter(Boolean) };
  }
  const idToken = isWithoutIdToken
    ? heldIdToken(session, held)
    : await verifiedRefreshedIdToken(context, response, session, held);
  const claims = await withUserInfo(context, idToken, response.access_token);
  const said = whoSignedIn(context, claims, { scope }, session.userAgent);
  const { originJti, sid } = session;
  return { ...session, ...said, acr: said.acr ?? session.acr, originJti, sid };
}
