/**
 * A proxy gave no way to a place. That says nothing of the place itself, nor of whether a browser
 * gets there.
 *
 * The message names the proxy and says what it did, so nothing of the cause is left to tell.
 */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';

  constructor(proxy: URL, what: string, options?: ErrorOptions) {
    super(`the proxy ${proxy.origin} (options.proxy) gave no way through: ${what}`, options);
  }
}

/** The failure of a proxy that a call failed by, if any; `fetch` keeps the reason in the cause. */
export function proxyFailureIn(error: unknown): ProxyFailure | undefined {
  if (error instanceof ProxyFailure) return error;
  return error instanceof Error ? proxyFailureIn(error.cause) : undefined;
}
