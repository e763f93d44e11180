import type { Provider } from './discovery.js';

/** What a look at the OP's address showed. `no-one-there`: not even a connection could be made. */
export type ProviderPresence = 'answers' | 'silent' | 'no-one-there';

export interface ProviderPresenceOptions {
  readonly provider: Pick<Provider, 'configuration'>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

const TIME_LIMIT_MS = 2000;
const REMEMBERED_MS = 1000;
const NO_CONNECTION: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Looks whether the OP is there, before a browser is sent to it: better a page of ours than the browser's own about a connection
 * that failed. What discovery knows may be an hour old and does not tell.
 *
 * Any answer will do, whatever its status, from the token endpoint's origin, which we must be able to reach anyway. That it
 * answered is remembered for a second. Never rejects.
 */
export function createProviderPresence(
  options: ProviderPresenceOptions,
): () => Promise<ProviderPresence> {
  const { provider, fetch, now } = options;
  let answeredAt = -Infinity;
  let looking: Promise<ProviderPresence> | undefined;

  const look = async (): Promise<ProviderPresence> => {
    try {
      const { token_endpoint: endpoint } = (await provider.configuration()).serverMetadata();
      await fetch(new URL('/', endpoint).href, {
        method: 'HEAD',
        redirect: 'manual',
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
      });
      answeredAt = now();
      return 'answers';
    } catch (error) {
      return NO_CONNECTION.has(codeOf(error)) ? 'no-one-there' : 'silent';
    }
  };

  return async () => {
    if (now() - answeredAt < REMEMBERED_MS) return 'answers';
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

/** The system's code of a failed connection, which `fetch` keeps in the cause. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
