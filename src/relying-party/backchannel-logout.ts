import type { Request, Response } from 'express';
import { RelyingPartyError } from '../errors.js';
import type { Session } from '../sessions/session.js';
import { verifyLogoutToken, type LogoutSubject } from '../tokens/logout-token.js';
import type { RelyingPartyContext } from './context.js';
import { endSessions } from './end-session.js';

/**
 * `POST /backchannel-logout`: an OP tells us to log a user out. Cognito sends none; other OPs do.
 * Answers 200 also when no session fits, 400 for a token that does not pass, each with `no-store`.
 * @see OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8
 */
export async function backchannelLogout(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const { issuer, clientId, now, provider } = context;
  const unverifiedToken: unknown = (req.body as Record<string, unknown> | undefined)?.[
    'logout_token'
  ];
  if (typeof unverifiedToken !== 'string') {
    throw new RelyingPartyError('logout_token_malformed', 'logout_token is missing or repeated');
  }
  const whom = await verifyLogoutToken(unverifiedToken, { issuer, clientId, now }, provider.keys);
  await refuseReplay(context, whom);

  const sessions = await sessionsOf(context, whom);
  await endSessions(context, sessions, 'backchannel');
  context.events.emit('logout.backchannel', { sessionsEnded: sessions.length });
  res.sendStatus(200);
}

async function refuseReplay(
  { sessions, issuer }: RelyingPartyContext,
  whom: LogoutSubject,
): Promise<void> {
  const isNew = await sessions.store.remember(
    `logout-token:${issuer}:${whom.tokenId}`,
    whom.expiresAt,
  );
  if (!isNew) throw new RelyingPartyError('logout_token_replayed', 'jti was seen before');
}

/** By `sid` the one sign-in it names, and only if it is that user's; by `sub` all of the user's. */
async function sessionsOf(
  { sessions, issuer }: RelyingPartyContext,
  { sid, subject }: LogoutSubject,
): Promise<Session[]> {
  if (sid === undefined) return sessions.ofSubject(issuer, subject!);
  const found = await sessions.ofSid(issuer, sid);
  return found.filter((session) => subject === undefined || session.subject === subject);
}
