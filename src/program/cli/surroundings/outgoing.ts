import { type Environment, readProxy } from '../../config/from-environment.js';
import type { OtherWay } from '../../doctor/context/context.js';
import { createOpFetch } from '../../../relying-party/provider/calls/fetch.js';
import { proxyOf } from '../../../relying-party/provider/calls/proxy.js';

/** How a command reaches other machines. */
export interface Outgoing {
  readonly fetch: typeof fetch;
  /**
   * The same where there is a proxy, else `undefined`: what has a way of its own then takes that.
   */
  readonly proxiedFetch: typeof fetch | undefined;
  readonly close: () => Promise<void>;
}

/** @throws {ConfigError} when `HTTPS_PROXY` or `NO_PROXY` cannot be used */
export function outgoingFrom(environment: Environment): Outgoing {
  const proxy = proxyOf(readProxy(environment));
  const { fetch, close } = createOpFetch(proxy);
  return { fetch, proxiedFetch: proxy && fetch, close };
}

/** Variables that other programs take for the proxy of https addresses too. */
const OTHERS = ['ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy'];

/**
 * The ways that are not taken: past the proxy where one is set, and through those that other
 * programs would go through.
 */
export function otherWaysFrom(environment: Environment): {
  readonly ways: readonly OtherWay[];
  readonly close: () => Promise<unknown>;
} {
  const set = readProxy(environment);
  const candidates =
    set.httpsProxy === undefined
      ? OTHERS.map((variable) => ({ is: 'through' as const, variable }))
      : [
          { is: 'straight' as const, variable: 'HTTPS_PROXY' },
          { is: 'despite NO_PROXY' as const, variable: 'HTTPS_PROXY' },
        ];
  const opened = candidates.flatMap(({ is, variable }) => {
    const url = is === 'through' ? environment[variable] : set.httpsProxy;
    const proxy = is === 'straight' ? undefined : usable(url);
    return is !== 'straight' && proxy === undefined
      ? []
      : [{ is, variable, ...createOpFetch(proxy) }];
  });
  return { ways: opened, close: () => Promise.all(opened.map(({ close }) => close())) };
}

/** What other programs put up with may be none to us. */
function usable(url: string | undefined): ReturnType<typeof proxyOf> {
  if (url === undefined || url === '') return undefined;
  try {
    return proxyOf(readProxy({ HTTPS_PROXY: url }));
  } catch {
    return undefined;
  }
}
