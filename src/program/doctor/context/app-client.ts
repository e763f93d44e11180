import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import type { Change } from '../findings/change.js';
import type { More } from '../findings/finding.js';
import type { DoctorContext } from './context.js';

/** One of the two app clients that a sign-in goes through, as far as it is known. */
export interface AppClient {
  /**
   * Of the one at the second pool: what the master pool, whose client it is, calls that pool. Ours
   * has none.
   */
  readonly provider?: string;
  readonly clientId: string;
  readonly userPoolId?: string | undefined;
}

/** The site's own, which need not be a user pool's. */
export const ownClient = ({ settings: { issuer, clientId } }: DoctorContext): AppClient => ({
  clientId,
  userPoolId: isUserPool(issuer) ? userPoolIdOf(issuer) : undefined,
});

export const nameOf = ({ clientId, provider }: AppClient, the = 'the'): string =>
  `${the} app client ${clientId}${provider === undefined ? '' : ` of the pool behind “${provider}”`}`;

/**
 * What a finding about the client has besides words: its page in the console, and a change, if its
 * user pool is known.
 */
export function atClient(
  { provider, clientId, userPoolId }: AppClient,
  page: string,
  change: Pick<Change & { kind: 'app-client' }, 'add' | 'set'>,
): More {
  const pool = provider === undefined ? 'the master pool' : 'the second pool';
  const isOfPool = provider !== undefined || userPoolId !== undefined;
  return {
    about: provider,
    console: isOfPool
      ? `Amazon Cognito › User pools › ${pool} › App clients › the client › ${page}`
      : undefined,
    change:
      userPoolId === undefined
        ? undefined
        : { kind: 'app-client', userPoolId, clientId, ...change },
  };
}
