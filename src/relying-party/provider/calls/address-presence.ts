import { LOOK_MS } from '../../../sessions/time-limits.js';
import { proxyFailureIn } from '../../../errors/proxy-failure.js';

/**
 * What a look at an address showed. `refused`: a machine is there, and takes no connection. `not-found`: no way leads there from
 * here, which may be different for a browser. `unknown`: nothing, since our proxy let us not look; browsers have another way.
 */
export type AddressPresence = 'answers' | 'silent' | 'refused' | 'not-found' | 'unknown';

export interface AddressPresenceOptions {
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

const REMEMBERED_MS = 1000;
const MAX_REMEMBERED = 1000;
const NO_WAY: ReadonlySet<unknown> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Looks whether there is somebody at an origin, before a browser is sent to it. Any answer will do, whatever its status. That it
 * answered is remembered for a second. Never rejects.
 */
export function createAddressPresence({
  fetch,
  now,
}: AddressPresenceOptions): (url: URL) => Promise<AddressPresence> {
  const seen = new Map<string, { at: number; presence: Promise<AddressPresence> }>();
  return ({ origin }) => {
    const found = seen.get(origin);
    if (found !== undefined && now() - found.at < REMEMBERED_MS) return found.presence;
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
export async function knock(
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
