import * as client from 'openid-client';
import { REQUEST_WAIT_MS, withinTimeLimit } from '../../sessions/time-limits.js';
import type { SessionTokens } from '../../sessions/session.js';
import type { RelyingPartyParts } from '../context.js';
import { faultOf } from './calls/fault.js';

/** What came of a revocation, so far as is known; `not-possible` where there is nothing to revoke, or no endpoint to ask. */
export type RevocationOutcome = 'done' | 'failed' | 'not-possible';

/**
 * Asks the OP to invalidate a session's refresh token, and with it, at Cognito, every token of the sign-in. Best effort: a
 * failure is recorded and never stops a sign-out, and what takes longer than a request waits counts as failed, but goes on.
 * @see RFC 7009 section 2
 */
export async function revokeTokens(
  context: RelyingPartyParts,
  session: string | undefined,
  tokens: Pick<SessionTokens, 'refreshToken'> | undefined,
): Promise<RevocationOutcome> {
  const refreshToken = tokens?.refreshToken;
  if (refreshToken === undefined) return 'not-possible';
  const work = revoke(context, refreshToken).catch((error: unknown) => {
    context.events.emit('logout.revocation_failed', {
      session,
      detail: `revocation endpoint: ${faultOf(error).reason}`,
    });
    return 'failed' as const;
  });
  return withinTimeLimit(context.background.own(work), REQUEST_WAIT_MS).catch(() => 'failed');
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
