import type { Request, Response } from 'express';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { verifyLogoutToken, type LogoutSubject } from '../../tokens/logout-token.js';
import type { EventEmitter } from 'node:events';
import { createMarks, markKey } from '../../sessions/replicas/marks.js';
import type { Sessions } from '../../sessions/sessions.js';
import type { RelyingPartyEvents } from '../events.js';
import type { Provider } from '../provider/discovery.js';
import type { SessionEnds } from '../session/end.js';
import type { Leftovers } from '../session/leftovers.js';

export interface BackchannelLogoutOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly now: () => number;
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly provider: Pick<Provider, 'keys'>;
  readonly sessions: Pick<Sessions, 'store' | 'findByKey' | 'keysOfSid' | 'keysOfSubject'>;
  readonly ends: SessionEnds;
  readonly leftovers: Leftovers;
}

/**
 * `POST /backchannel-logout`: an OP tells us to log a user out. Cognito sends none; other OPs do.
 * Answers 200 also when no session fits: who is logged out already counts. 400 is for a token that
 * does not pass; 503, which the OP tries again after, for when we could not look at the token or
 * could not end the sessions. Each with `no-store`.
 * @see OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8
 */
export async function backchannelLogout(
  options: BackchannelLogoutOptions,
  req: Request,
  res: Response,
): Promise<void> {
  const { issuer, clientId, now, events, provider, sessions, ends, leftovers } = options;
  const unverifiedToken: unknown = (req.body as Record<string, unknown> | undefined)?.[
    'logout_token'
  ];
  if (typeof unverifiedToken !== 'string') {
    throw new RelyingPartyError('logout_token_malformed', 'logout_token is missing or repeated');
  }
  const whom = await verifyLogoutToken(unverifiedToken, { issuer, clientId, now }, provider.keys);
  const seen = markKey('logout token', issuer, whom.tokenId);
  const marks = createMarks(sessions.store);
  if ((await marks.read(seen)) !== undefined) {
    throw new RelyingPartyError('logout_token_replayed', 'jti was seen before');
  }

  const said = { sid: whom.sid, issuedAtSeconds: whom.issuedAtSeconds };
  const keys = await keysOf(options, whom);
  const sessionsEnded = await ends.all(keys, 'backchannel', { said });
  // Only now: an OP that was told of a failure sends the same token again. It is carried out,
  // whether or not the store has room.
  const note = { text: 'carried out', expiresAt: whom.expiresAt };
  await leftovers.attempt(`mark ${seen}`, () => marks.write(seen, note));
  events.emit('logout.backchannel', { sessionsEnded });
  res.sendStatus(200);
}

/**
 * By `sid` the one sign-in it names, and only if it is that user's; by `sub` all of the user's.
 * What cannot be read counts as that user's too: the OP says so of a `sid` of its own, and others
 * that share the store may be able to read it.
 */
async function keysOf(
  { sessions, issuer }: BackchannelLogoutOptions,
  { sid, subject }: LogoutSubject,
): Promise<string[]> {
  if (sid === undefined) return sessions.keysOfSubject(issuer, subject!);
  const keys = await sessions.keysOfSid(issuer, sid);
  if (subject === undefined) return keys;
  const found = await Promise.all(keys.map((key) => sessions.findByKey(key)));
  return keys.filter((_, n) => (found[n]?.subject ?? subject) === subject);
}
