import { proxyFailureIn } from '../../errors/proxy-failure.js';
import { LOOK_MS } from '../../sessions/time-limits.js';
import type { Provider } from './discovery.js';

/**
 * What a look at an address showed. `refused`: a machine is there, and takes no connection.
 * `not-found`: no way leads there from here, which may be different for a browser. `unknown`:
 * nothing, since our proxy let us not look; browsers have another way.
 */
type AddressPresence = 'answers' | 'silent' | 'refused' | 'not-found' | 'unknown';

/** Looks whether there is somebody at an address, before a browser is sent there; never rejects. */
export type LookAtAddress = (url: URL) => Promise<AddressPresence>;

export interface AddressPresenceOptions {
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

const MAX_REMEMBERED = 1000;
const NO_WAY: ReadonlySet<unknown> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Looks whether there is somebody at an origin, before a browser is sent to it. Any answer will do,
 * whatever its status. That it answered is remembered for a second. Never rejects.
 */
export function createAddressPresence({ fetch, now }: AddressPresenceOptions): LookAtAddress {
  const seen = new Map<string, { at: number; presence: Promise<AddressPresence> }>();
  return ({ origin }) => {
    const found = seen.get(origin);
    if (found !== undefined && now() - found.at < REMEMBERED_MS.answers) return found.presence;
    const presence = knock(fetch, origin);
    if (seen.size >= MAX_REMEMBERED) seen.clear();
    const look = { at: now(), presence };
    seen.set(origin, look);
    void presence.then(
      (is) => is !== 'answers' && seen.get(origin) === look && seen.delete(origin),
    );
    return presence;
  };
}

/** One request for nothing. @param onFailure is told why there was no answer */
async function knock(
  fetch: typeof globalThis.fetch,
  origin: string,
  onFailure: (error: unknown) => void = () => undefined,
): Promise<AddressPresence> {
  try {
    await fetch(new URL('/', origin).href, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(LOOK_MS),
    });
    return 'answers';
  } catch (error) {
    onFailure(error);
    if (proxyFailureIn(error) !== undefined) return 'unknown';
    const code = codeOf(error);
    if (code === 'ECONNREFUSED') return 'refused';
    return NO_WAY.has(code) ? 'not-found' : 'silent';
  }
}

/** The system's code of a failed connection, which `fetch` keeps in the cause. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

/**
 * What a look at the OP's address showed. `no-one-there`: not even a connection could be made.
 * `unknown`: our proxy let us not look.
 */
export type ProviderPresence = 'answers' | 'silent' | 'no-one-there' | 'unknown';

/** Looks whether the OP is there. */
export interface LookAtProvider {
  (): Promise<ProviderPresence>;
  /** Why it was not, the last time that it was not. */
  lastFailure(): unknown;
}

export interface ProviderPresenceOptions {
  readonly provider: Pick<Provider, 'configuration' | 'reportUnreachable'>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/** Nobody waits again for what was just silent; a look every now and then tells when it is back. */
const REMEMBERED_MS: Readonly<Record<ProviderPresence, number>> = {
  answers: 1000,
  silent: 5000,
  unknown: 5000,
  'no-one-there': 0,
};

/**
 * Looks whether the OP is there, before a browser is sent to it: better a page of ours than the
 * browser's own about a connection that failed. What discovery knows may be an hour old and does
 * not tell.
 *
 * Any answer will do, whatever its status, from the token endpoint's origin, which we must be able
 * to reach anyway. That it answered is remembered for a second, that it was silent for five. Where
 * no connection can be made the metadata is read again: the OP may have moved. Never rejects.
 */
export function createProviderPresence(options: ProviderPresenceOptions): LookAtProvider {
  const { provider, fetch, now } = options;
  let last: { readonly presence: ProviderPresence; readonly at: number } | undefined;
  let failure: unknown;
  let looking: Promise<ProviderPresence> | undefined;

  const tokenEndpoint = async (): Promise<string> =>
    (await provider.configuration()).serverMetadata().token_endpoint!;

  const lookAt = async (endpoint: string): Promise<ProviderPresence> => {
    const presence = await knock(fetch, endpoint, (error) => {
      failure = error;
    });
    return presence === 'refused' || presence === 'not-found' ? 'no-one-there' : presence;
  };

  const look = async (): Promise<ProviderPresence> => {
    try {
      const endpoint = await tokenEndpoint();
      const presence = await lookAt(endpoint);
      if (presence !== 'no-one-there') return presence;
      provider.reportUnreachable();
      const endpointNow = await tokenEndpoint();
      return endpointNow === endpoint ? presence : await lookAt(endpointNow);
    } catch {
      return 'silent';
    }
  };

  const lookAndRemember = async (): Promise<ProviderPresence> => {
    const presence = await look();
    last = { presence, at: now() };
    looking = undefined;
    return presence;
  };

  const lookNow = async (): Promise<ProviderPresence> => {
    const isRemembered = last !== undefined && now() - last.at < REMEMBERED_MS[last.presence];
    if (isRemembered && last?.presence === 'answers') return 'answers';
    looking ??= lookAndRemember();
    return isRemembered ? last!.presence : looking;
  };
  return Object.assign(lookNow, { lastFailure: () => failure });
}
