import { Agent, fetch as undiciFetch, ProxyAgent, type Response as UndiciResponse } from 'undici';
import { CONNECT_MS } from '../../../sessions/time-limits.js';
import { quoted } from '../../../errors/strangers-words.js';
import { askedAddresses } from './asked-addresses.js';
import { goesThroughProxy, type ProxyOptions } from './proxy.js';
import { createProxyTunnels, type ProxyTunnels } from './proxy-tunnels.js';

/** Calls to the OP and a way to let go of their connections. */
export interface OpFetch {
  readonly fetch: typeof fetch;
  readonly close: () => Promise<void>;
}

const MAX_CONNECTIONS = 32;
export const MAX_RESPONSE_BYTES: number = 1024 * 1024;

const SETTINGS = {
  connections: MAX_CONNECTIONS,
  connect: { timeout: CONNECT_MS },
  maxResponseSize: MAX_RESPONSE_BYTES,
};

/**
 * undici's `fetch` over a bounded keep-alive pool; Node 20's own is an older undici and its pool
 * has no bound. An answer is read whole, so that one nobody looks at does not keep its connection,
 * and only to a limit, also once it is unpacked.
 *
 * @param proxy what calls to other machines go through; default straight
 */
export function createOpFetch(proxy?: ProxyOptions): OpFetch {
  const straight = new Agent(SETTINGS);
  const proxied = proxy && throughProxy(proxy.url);

  const call = async (url: string, init?: object): Promise<UndiciResponse> => {
    if (proxied === undefined || !goesThroughProxy(new URL(url), proxy)) {
      return undiciFetch(url, { ...init, dispatcher: straight });
    }
    return undiciFetch(url, { ...init, dispatcher: proxied.agent }).catch((error: unknown) => {
      throw proxied.explain(new URL(url), error);
    });
  };
  const pooled = async (url: string, init?: object): Promise<Response> => {
    const response = await call(url, init);
    const { status, headers } = response;
    return new Response(await bodyOf(response), { status, headers: [...headers] });
  };
  return {
    fetch: pooled as typeof fetch,
    close: async () => {
      await Promise.all([straight.destroy(), proxied?.agent.destroy()]);
    },
  };
}

function throughProxy(url: string): Pick<ProxyTunnels, 'explain'> & { readonly agent: ProxyAgent } {
  const { createClient, explain } = createProxyTunnels(new URL(url));
  const agent = new ProxyAgent({
    ...SETTINGS,
    uri: url,
    proxyTls: SETTINGS.connect,
    clientFactory: createClient,
  });
  return { agent, explain };
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

/**
 * Calls of which a failure can be told with the address: whoever is woken at night should not have
 * to look for it.
 * @param proxy what they go through, if anything: it is told as well, since it may be the cause
 */
export function rememberAddresses(
  fetch: typeof globalThis.fetch,
  proxy?: ProxyOptions,
): typeof globalThis.fetch {
  return async (input, init) => {
    const address = addressOf(input, proxy);
    const tell = (failure: unknown): never => {
      if (typeof failure === 'object' && failure !== null) askedAddresses.set(failure, address);
      throw failure;
    };
    const response = withoutChallenge(await fetch(input, init).catch(tell));
    askedAddresses.set(response, address);
    const read = response.json.bind(response);
    Object.defineProperty(response, 'json', { value: () => read().catch(tell) });
    return response;
  };
}

/**
 * The answer of an endpoint without its challenge. RFC 6749 section 5.2 has one beside the error of
 * a client that is not known, and openid-client would read the challenge instead of the error.
 * Nothing of ours answers one.
 */
function withoutChallenge(response: Response): Response {
  if (!response.headers.has('www-authenticate')) return response;
  const { status, statusText, body } = response;
  const headers = new Headers(response.headers);
  headers.delete('www-authenticate');
  return new Response(body, { status, statusText, headers });
}

/** Without the query, and a user name and password, which may be secret. */
function addressOf(input: Parameters<typeof fetch>[0], proxy: ProxyOptions | undefined): string {
  const url = new URL(input instanceof Request ? input.url : input);
  const address = quoted(url.origin + url.pathname);
  if (proxy === undefined || !goesThroughProxy(url, proxy)) return address;
  return `${address} through the proxy ${new URL(proxy.url).origin}`;
}
