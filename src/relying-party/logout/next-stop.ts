import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { SessionTokens } from '../../sessions/session.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import type { RelyingPartyEvents } from '../events.js';
import type { Provider } from '../provider/discovery.js';
import type { LookAtAddress, LookAtProvider } from '../provider/presence.js';
import { leavingFor, pendingHop, withOutcome, type LogoutChain, type LogoutStep } from './chain.js';
import type { Hops } from './hops.js';

/** Where the browser goes next. */
export interface NextStop {
  readonly href: string;
  /** What to call the hop it leads to; `undefined` for our own page at the end. */
  readonly label: string | undefined;
}

/**
 * The browser's next stop: the first hop that has an address and somebody there, or our own page at
 * the end. Hops without are passed over, and remembered as not possible or failed.
 *
 * @param options.endsAt by `performance.now()`: no look at a hop takes longer
 * @param options.tokens of the session that has just ended
 */
export type FindNextStop = (
  start: LogoutChain,
  options: { endsAt: number; tokens?: SessionTokens | undefined },
) => Promise<{ chain: LogoutChain; stop: NextStop }>;

export interface NextStopOptions {
  readonly basePath: string;
  readonly hops: Hops;
  readonly provider: Pick<Provider, 'configuration' | 'knownMetadata'>;
  readonly providerPresence: LookAtProvider;
  readonly presenceAt: LookAtAddress;
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly now: () => number;
}

const STATE_BYTES = 16;

export function createFindNextStop(options: NextStopOptions): FindNextStop {
  const { basePath, hops, provider, events, now } = options;
  return async (start, { endsAt, tokens }) => {
    let chain = start;
    for (let hop = pendingHop(chain); hop !== undefined; hop = pendingHop(chain)) {
      const state = hops.giveStateBack(hop)
        ? randomBytes(STATE_BYTES).toString('base64url')
        : undefined;
      if (hop.name === 'master') await discover(provider, endsAt);
      const url = hops.url(hop, { state, idToken: tokens?.idToken });
      if (url === undefined) {
        const isUnknown = hop.name === 'master' && provider.knownMetadata() === undefined;
        chain = withOutcome(chain, hop, isUnknown ? 'failed' : 'not-possible');
      } else if (await isWorthSending(options, hop, url, endsAt)) {
        const stop = { href: url.href, label: hops.label(hop) };
        return { chain: leavingFor(chain, hop, { at: now(), state }), stop };
      } else chain = withOutcome(chain, hop, 'failed');
    }
    events.emit('logout.completed', {
      steps: chain.map(({ name, outcome }) => ({ name, outcome })),
    });
    return { chain, stop: { href: `${basePath}/signed-out`, label: undefined } };
  };
}

/**
 * In a process that has just begun, and has not asked the OP for anything yet, nobody knows where
 * its sign-out is.
 */
async function discover(provider: NextStopOptions['provider'], endsAt: number): Promise<void> {
  if (provider.knownMetadata() !== undefined) return;
  await withinTimeLimit(provider.configuration(), endsAt - performance.now()).catch(
    () => undefined,
  );
}

/**
 * Whether a browser sent there would see more than its own page about a connection that failed.
 *
 * The master pool must answer us, as at every sign-in; who presses "Finish" is sent there also
 * while it is silent. The provider behind it may be out of our reach only, in a network that the
 * browser is in: it counts as away only if its machine refuses us. Where it is our proxy that
 * fails, nothing speaks against either.
 */
async function isWorthSending(
  { providerPresence, presenceAt }: Pick<NextStopOptions, 'providerPresence' | 'presenceAt'>,
  hop: LogoutStep,
  url: URL,
  endsAt: number,
): Promise<boolean> {
  const look = hop.name === 'master' ? providerPresence() : presenceAt(url);
  const presence = await withinTimeLimit<string>(look, endsAt - performance.now()).catch(
    () => 'silent',
  );
  if (hop.name === 'upstream') return presence !== 'refused';
  if (presence === 'unknown') return true;
  return presence === 'answers' || (presence === 'silent' && hop.isRetry === true);
}
