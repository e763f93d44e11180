import { proxyOf } from '../app.js';
import { type Environment, readProxy } from '../config/from-environment.js';
import { createOpFetch } from '../relying-party/op-fetch.js';

/** How a command reaches other machines. */
export interface Outgoing {
  readonly fetch: typeof fetch;
  /** The same where there is a proxy, else `undefined`: what has a way of its own then takes that. */
  readonly proxiedFetch: typeof fetch | undefined;
  readonly close: () => Promise<void>;
}

/** @throws {ConfigError} when `HTTPS_PROXY` or `NO_PROXY` cannot be used */
export function outgoingFrom(environment: Environment): Outgoing {
  const proxy = proxyOf(readProxy(environment));
  const { fetch, close } = createOpFetch(proxy);
  return { fetch, proxiedFetch: proxy && fetch, close };
}
