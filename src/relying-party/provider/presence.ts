import { knock } from './calls/address-presence.js';
import type { Provider } from './discovery.js';

/**
 * What a look at the OP's address showed. `no-one-there`: not even a connection could be made. `unknown`: our proxy let us not
 * look.
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
 * Looks whether the OP is there, before a browser is sent to it: better a page of ours than the browser's own about a connection
 * that failed. What discovery knows may be an hour old and does not tell.
 *
 * Any answer will do, whatever its status, from the token endpoint's origin, which we must be able to reach anyway. That it
 * answered is remembered for a second, that it was silent for five. Where no connection can be made the metadata is read again:
 * the OP may have moved. Never rejects.
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
