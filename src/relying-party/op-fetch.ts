import {
  Agent,
  fetch as undiciFetch,
  ProxyAgent,
  type Dispatcher,
  type Response as UndiciResponse,
} from 'undici';
import { goesThroughProxy, type ProxyOptions } from './proxy.js';

/** Calls to the OP and a way to let go of their connections. */
export interface OpFetch {
  readonly fetch: typeof fetch;
  readonly close: () => Promise<void>;
}

const MAX_CONNECTIONS = 32;
const CONNECT_TIMEOUT_MS = 3000;
export const MAX_RESPONSE_BYTES: number = 1024 * 1024;

/**
 * undici's `fetch` over a bounded keep-alive pool; Node 20's own is an older undici and its pool has no bound. An answer is read
 * whole, so that one nobody looks at does not keep its connection, and only to a limit, also once it is unpacked.
 *
 * @param proxy what calls to other machines go through; default straight
 */
export function createOpFetch(proxy?: ProxyOptions): OpFetch {
  const settings = {
    connections: MAX_CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: MAX_RESPONSE_BYTES,
  };
  const straight = new Agent(settings);
  const proxied = proxy && new ProxyAgent({ ...settings, uri: proxy.url });
  const dispatcherFor = (url: string): Dispatcher =>
    proxied !== undefined && goesThroughProxy(new URL(url), proxy) ? proxied : straight;

  const pooled = async (url: string, init?: object): Promise<Response> => {
    const response = await undiciFetch(url, { ...init, dispatcher: dispatcherFor(url) });
    const { status, headers } = response;
    return new Response(await bodyOf(response), { status, headers: [...headers] });
  };
  return {
    fetch: pooled as typeof fetch,
    close: async () => {
      await Promise.all([straight.destroy(), proxied?.destroy()]);
    },
  };
}

async function bodyOf({ body }: UndiciResponse): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > MAX_RESPONSE_BYTES) throw new RangeError('the answer is too long');
    chunks.push(chunk as Uint8Array);
  }
  return bytes === 0 ? null : new Uint8Array(Buffer.concat(chunks));
}
