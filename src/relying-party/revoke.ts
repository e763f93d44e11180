import * as client from 'openid-client';
import type { SessionTokens } from '../sessions/session.js';
import { withinTimeLimit } from '../sessions/time-limit.js';
import type { RelyingPartyParts } from './context.js';
import { reasonOf } from './discovery.js';

/** Sign-out does not wait longer than this for the OP, whatever it is asked. */
export const SIGN_OUT_TIME_LIMIT_MS = 2000;

/** What came of a revocation; `not-possible` where there is nothing to revoke, or no endpoint to ask. */
export type RevocationOutcome = 'done' | 'failed' | 'not-possible';

/**
 * Asks the OP to invalidate a session's refresh token, and with it, at Cognito, every token of the sign-in. Best effort within
 * a short time; a failure is recorded and never stops a sign-out.
 * @see RFC 7009 section 2
 */
export async function revokeTokens(
  context: RelyingPartyParts,
  session: string,
  tokens: Pick<SessionTokens, 'refreshToken'> | undefined,
): Promise<RevocationOutcome> {
  const refreshToken = tokens?.refreshToken;
  if (refreshToken === undefined) return 'not-possible';
  try {
    return await withinTimeLimit(revoke(context, refreshToken), SIGN_OUT_TIME_LIMIT_MS);
  } catch (error) {
    context.events.emit('logout.revocation_failed', { session, detail: reasonOf(error) });
    return 'failed';
  }
}

async function revoke(
  { provider }: RelyingPartyParts,
  refreshToken: string,
): Promise<RevocationOutcome> {
  const configuration = await provider.configuration();
  if (configuration.serverMetadata().revocation_endpoint === undefined) return 'not-possible';
  await client.tokenRevocation(configuration, refreshToken);
  return 'done';
}
