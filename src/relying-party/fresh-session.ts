import * as client from 'openid-client';
import { RelyingPartyError } from '../errors.js';
import type { Session } from '../sessions/session.js';
import { withinTimeLimit } from '../sessions/time-limit.js';
import type { RelyingPartyParts } from './context.js';
import type { CurrentSession } from './current-session.js';
import { reasonOf } from './reason.js';
import { endSession } from './end-session.js';
import { timeLeft } from './time-left.js';

/**
 * Like the current session, but asked about at the OP: userInfo knows of revocation, global sign-out and disabled users at once,
 * where the tokens themselves say nothing until they expire. For routes that cannot wait for the next refresh.
 *
 * Rejects with `provider_unavailable` when the OP does not say in the time that a request may wait, or cannot be asked because
 * the access token has expired and could not be replaced.
 * @see OpenID Connect Core 1.0 section 5.3; https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
 */
export function createFreshSession(
  parts: RelyingPartyParts,
  currentSession: CurrentSession,
): CurrentSession {
  return async (req, res) => {
    const session = await currentSession(req, res);
    if (session === undefined) return undefined;
    if (parts.now() >= session.accessTokenExpiresAt) {
      throw new RelyingPartyError('provider_unavailable', 'userInfo: the access token has expired');
    }
    const isKnown = await withinTimeLimit(isKnownAtProvider(parts, session), timeLeft(req)).catch(
      unavailable,
    );
    if (isKnown) return session;
    await endSession(parts, session, 'elsewhere');
    res.locals['sessionEnded'] = true;
    return undefined;
  };
}

async function isKnownAtProvider(
  { sessions, provider }: RelyingPartyParts,
  session: Session,
): Promise<boolean> {
  const tokens = await sessions.tokens(session);
  if (tokens === undefined) return false;
  const configuration = await provider.configuration();
  try {
    const said = await client.fetchUserInfo(
      configuration,
      tokens.accessToken,
      client.skipSubjectCheck,
    );
    // A token that speaks of somebody else is no sign-in of this person (section 5.3.2), and no outage that passes.
    return said.sub === session.subject;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

function unavailable(error: unknown): never {
  if (error instanceof RelyingPartyError) throw error;
  throw new RelyingPartyError('provider_unavailable', `userInfo: ${reasonOf(error)}`, {
    cause: error,
  });
}

/** 401, however it is dressed: Cognito's challenge lacks the scheme word, so it does not parse as one. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof client.WWWAuthenticateChallengeError) return error.status === 401;
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'status' in cause && cause.status === 401;
}
