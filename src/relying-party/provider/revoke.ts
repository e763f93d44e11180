import type { EventEmitter } from 'node:events';
import * as client from 'openid-client';
import type { SessionTokens } from '../../sessions/session.js';
import { REQUEST_WAIT_MS, withinTimeLimit } from '../../sessions/time-limits.js';
import type { BackgroundWork } from '../background-work.js';
import type { RelyingPartyEvents } from '../events.js';
import { faultOf } from './calls/fault.js';
import type { Provider } from './discovery.js';

/**
 * What came of a revocation, so far as is known; `not-possible` where there is nothing to revoke,
 * or no endpoint to ask.
 */
export type RevocationOutcome = 'done' | 'failed' | 'not-possible';

/**
 * Asks the OP to invalidate a session's refresh token, and with it, at Cognito, every token of the
 * sign-in. Best effort: a failure is recorded and never stops a sign-out, and what takes longer
 * than a request waits counts as failed, but goes on.
 *
 * @param session its key; `undefined` where none could begin
 * @see RFC 7009 section 2
 */
export type RevokeTokens = (
  session: string | undefined,
  tokens: Pick<SessionTokens, 'refreshToken'> | undefined,
) => Promise<RevocationOutcome>;

export interface RevocationOptions {
  readonly provider: Pick<Provider, 'configuration'>;
  readonly background: BackgroundWork;
  readonly events: EventEmitter<RelyingPartyEvents>;
}

export function createRevocation(options: RevocationOptions): RevokeTokens {
  const { provider, background, events } = options;

  const revoke = async (refreshToken: string): Promise<RevocationOutcome> => {
    const configuration = await provider.configuration();
    if (configuration.serverMetadata().revocation_endpoint === undefined) return 'not-possible';
    await client.tokenRevocation(configuration, refreshToken);
    return 'done';
  };

  return async (session, tokens) => {
    const refreshToken = tokens?.refreshToken;
    if (refreshToken === undefined) return 'not-possible';
    const work = revoke(refreshToken).catch((error: unknown) => {
      const detail = `revocation endpoint: ${faultOf(error).reason}`;
      events.emit('logout.revocation_failed', { session, detail });
      return 'failed' as const;
    });
    return withinTimeLimit(background.own(work), REQUEST_WAIT_MS).catch(() => 'failed');
  };
}
