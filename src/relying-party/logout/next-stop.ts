import { randomBytes } from 'node:crypto';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import type { SessionTokens } from '../../sessions/session.js';
import type { RelyingPartyContext } from '../context.js';
import { labelOf } from './words.js';
import { leavingFor, pendingHop, withOutcome, type LogoutChain, type LogoutStep } from './chain.js';
import { givesStateBack, hopUrl } from './hops.js';

/** Where the browser goes next. */
export interface NextStop {
  readonly href: string;
  /** What to call the hop it leads to; `undefined` for our own page at the end. */
  readonly label: string | undefined;
}

const STATE_BYTES = 16;

/**
 * The browser's next stop: the first hop that has an address and somebody there, or our own page at the end. Hops without are
 * passed over, and remembered as not possible or failed.
 *
 * @param options.endsAt by `performance.now()`: no look at a hop takes longer
 * @param options.tokens of the session that has just ended
 */
export async function nextStop(
  context: RelyingPartyContext,
  start: LogoutChain,
  { endsAt, tokens }: { endsAt: number; tokens?: SessionTokens | undefined },
): Promise<{ chain: LogoutChain; stop: NextStop }> {
  let chain = start;
  for (let hop = pendingHop(chain); hop !== undefined; hop = pendingHop(chain)) {
    const state = givesStateBack(context, hop)
      ? randomBytes(STATE_BYTES).toString('base64url')
      : undefined;
    if (hop.name === 'master') await discovered(context, endsAt);
    const url = hopUrl(context, hop, { state, idToken: tokens?.idToken });
    if (url === undefined) {
      const isUnknown = hop.name === 'master' && context.provider.knownMetadata() === undefined;
      chain = withOutcome(chain, hop, isUnknown ? 'failed' : 'not-possible');
    } else if (await isWorthSending(context, hop, url, endsAt)) {
      const left = { at: context.now(), state };
      const stop = { href: url.href, label: labelOf(context, hop) };
      return { chain: leavingFor(chain, hop, left), stop };
    } else chain = withOutcome(chain, hop, 'failed');
  }
  context.events.emit('logout.completed', {
    steps: chain.map(({ name, outcome }) => ({ name, outcome })),
  });
  return { chain, stop: { href: `${context.basePath}/signed-out`, label: undefined } };
}

/** In a process that has just begun, and has not asked the OP for anything yet, nobody knows where its sign-out is. */
async function discovered({ provider }: RelyingPartyContext, endsAt: number): Promise<void> {
  if (provider.knownMetadata() !== undefined) return;
  await withinTimeLimit(provider.configuration(), endsAt - performance.now()).catch(
    () => undefined,
  );
}

/**
 * Whether a browser sent there would see more than its own page about a connection that failed.
 *
 * The master pool must answer us, as at every sign-in; who presses "Finish" is sent there also while it is silent. The provider
 * behind it may be out of our reach only, in a network that the browser is in: it counts as away only if its machine refuses us.
 * Where it is our proxy that fails, nothing speaks against either.
 */
async function isWorthSending(
  context: RelyingPartyContext,
  hop: LogoutStep,
  url: URL,
  endsAt: number,
): Promise<boolean> {
  const look = hop.name === 'master' ? context.providerPresence() : context.presenceAt(url);
  const presence = await withinTimeLimit<string>(look, endsAt - performance.now()).catch(
    () => 'silent',
  );
  if (hop.name === 'upstream') return presence !== 'refused';
  if (presence === 'unknown') return true;
  return presence === 'answers' || (presence === 'silent' && hop.isRetry === true);
}
