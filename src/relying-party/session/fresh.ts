import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { isRefreshable, type Session } from '../../sessions/session.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import type { RelyingPartyParts } from '../context.js';
import type { CurrentSession } from './current.js';
import { endSession } from './end.js';
import { reasonOf } from '../provider/calls/reason.js';
import { timeLeft } from './time-left.js';
import { AccessTokenRefused, readUserInfo, requireSubject } from '../provider/user-info.js';

/**
 * Like the current session, but asked about at the OP: userInfo knows of revocation, global sign-out and disabled users at once,
 * where the tokens themselves say nothing until they expire. For routes that cannot wait for the next refresh.
 *
 * Nobody is there for whom the OP cannot be asked any more, see `isBeyondAsking`; their session goes on for other routes.
 *
 * Rejects with `provider_unavailable` when the OP does not say in the time that a request may wait, or cannot be asked because
 * the access token has expired and could not be replaced yet.
 * @see OpenID Connect Core 1.0 section 5.3; https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
 */
export function createFreshSession(
  parts: RelyingPartyParts,
  currentSession: CurrentSession,
): CurrentSession {
  return async (req, res) => {
    const session = await currentSession(req, res);
    if (session === undefined || isBeyondAsking(session, parts.now())) return undefined;
    // What the OP says of an access token that has ended says nothing of the sign-in.
    if (parts.now() >= session.accessTokenExpiresAt) {
      throw unavailable('not asked, since the access token has expired');
    }
    const isKnown = await withinTimeLimit(isKnownAtProvider(parts, session), timeLeft(req)).catch(
      notSaid,
    );
    if (isKnown) return session;
    await endSession(parts, session, 'elsewhere');
    parts.notesOf(req).sessionEnded = true;
    return undefined;
  };
}

/**
 * Whether nothing is left to ask the OP with: the access token has ended, and no refresh token can replace it. Only a new sign-in
 * helps then, so `/login` sends nobody back from whom it is wanted.
 */
export function isBeyondAsking(
  session: Pick<Session, 'accessTokenExpiresAt' | 'refreshDueAt'>,
  now: number,
): boolean {
  return now >= session.accessTokenExpiresAt && !isRefreshable(session);
}

async function isKnownAtProvider(parts: RelyingPartyParts, session: Session): Promise<boolean> {
  const tokens = await parts.sessions.tokens(session);
  if (tokens === undefined) return false;
  try {
    requireSubject(await readUserInfo(parts, tokens.accessToken), session.subject);
    return true;
  } catch (error) {
    // A token that speaks of somebody else is no sign-in of this person (section 5.3.2), and no outage that passes.
    if (error instanceof AccessTokenRefused || isOfAnother(error)) return false;
    throw error;
  }
}

const isOfAnother = (error: unknown): boolean =>
  error instanceof RelyingPartyError && error.code === 'user_info_subject_mismatch';

/** An answer that cannot be believed says as little as none. */
function notSaid(error: unknown): never {
  if (!(error instanceof RelyingPartyError)) throw unavailable(reasonOf(error), error);
  if (error.code !== 'user_info_invalid') throw error;
  throw new RelyingPartyError('provider_unavailable', error.message, { cause: error });
}

const unavailable = (reason: string, cause?: unknown): RelyingPartyError =>
  new RelyingPartyError('provider_unavailable', `userinfo endpoint: ${reason}`, { cause });
