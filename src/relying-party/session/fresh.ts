import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { isRefreshable, type Session } from '../../sessions/session.js';
import type { Sessions } from '../../sessions/sessions.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import { reasonOf } from '../provider/calls/reason.js';
import { AccessTokenRefused, requireSubject, type ReadUserInfo } from '../provider/user-info.js';
import { NOBODY, type CurrentSession } from './current.js';
import type { SessionEnds } from './end.js';
import { timeLeft } from '../../sessions/time-left.js';

export interface FreshSessionOptions {
  readonly sessions: Pick<Sessions, 'tokens'>;
  readonly now: () => number;
  readonly currentSession: CurrentSession;
  readonly readUserInfo: ReadUserInfo;
  readonly ends: SessionEnds;
}

/**
 * Like the current session, but asked about at the OP: userInfo knows of revocation, global
 * sign-out and disabled users at once, where the tokens themselves say nothing until they expire.
 * For routes that cannot wait for the next refresh.
 *
 * Nobody is there for whom the OP cannot be asked any more, see `isBeyondAsking`; their session
 * goes on for other routes.
 *
 * Rejects with `provider_unavailable` when the OP does not say in the time that a request may wait,
 * or cannot be asked because the access token has expired and could not be replaced yet.
 * @see OpenID Connect Core 1.0 section 5.3; https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
 */
export function createFreshSession(options: FreshSessionOptions): CurrentSession {
  const { now, currentSession, ends } = options;
  return async (req, res) => {
    const found = await currentSession(req, res);
    if (found.state !== 'signed-in') return found;
    const { session } = found;
    if (isBeyondAsking(session, now())) return NOBODY;
    // What the OP says of an access token that has ended says nothing of the sign-in.
    if (now() >= session.accessTokenExpiresAt) {
      throw unavailable('not asked, since the access token has expired');
    }
    const asking = isKnownAtProvider(options, session);
    if (await withinTimeLimit(asking, timeLeft(req)).catch(failUnsaid)) return found;
    await ends.one(session, 'elsewhere');
    return { state: 'ended', reason: 'provider' };
  };
}

/**
 * Whether nothing is left to ask the OP with: the access token has ended, and no refresh token can
 * replace it. Only a new sign-in helps then, so `/login` sends nobody back from whom it is wanted.
 */
export function isBeyondAsking(
  session: Pick<Session, 'accessTokenExpiresAt' | 'refreshDueAt'>,
  now: number,
): boolean {
  return now >= session.accessTokenExpiresAt && !isRefreshable(session);
}

async function isKnownAtProvider(
  { sessions, readUserInfo }: FreshSessionOptions,
  session: Session,
): Promise<boolean> {
  const tokens = await sessions.tokens(session);
  if (tokens === undefined) return false;
  try {
    requireSubject(await readUserInfo(tokens.accessToken), session.subject);
    return true;
  } catch (error) {
    // A token that speaks of somebody else is no sign-in of this person (section 5.3.2), and no
    // outage that passes.
    if (error instanceof AccessTokenRefused || isOfAnother(error)) return false;
    throw error;
  }
}

const isOfAnother = (error: unknown): boolean =>
  error instanceof RelyingPartyError && error.code === 'user_info_subject_mismatch';

/** An answer that cannot be believed says as little as none. */
function failUnsaid(error: unknown): never {
  if (!(error instanceof RelyingPartyError)) throw unavailable(reasonOf(error), error);
  if (error.code !== 'user_info_invalid') throw error;
  throw new RelyingPartyError('provider_unavailable', error.message, { cause: error });
}

const unavailable = (reason: string, cause?: unknown): RelyingPartyError =>
  new RelyingPartyError('provider_unavailable', `userinfo endpoint: ${reason}`, { cause });
