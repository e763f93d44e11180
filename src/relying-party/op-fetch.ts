import { Agent, fetch as undiciFetch } from 'undici';

/** Calls to the OP and a way to let go of their connections. */
export interface OpFetch {
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 32;
const CONNECT_TIMEOUT_MS = 3000;
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** undici's `fetch` over a bounded keep-alive pool; Node 20's own is an older undici and its pool has no bound. */
export function createOpFetch(): OpFetch {
  const dispatcher = new Agent({
    connections: MAX_CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  const pooled = (url: string, init?: object): Promise<unknown> =>
    undiciFetch(url, { ...init, dispatcher });
  return {
    fetch: pooled as typeof fetch,
    close: () => dispatcher.destroy(),
  };
}
