import { networkReason } from '../../config/network-reason.js';
import { discoveryAddress } from '../../../tokens/provider-metadata.js';

/** Members by name; what they are is still to be checked. */
export type DiscoveryDocument = Readonly<Record<string, unknown>>;

/** The document, why nobody answered, or why what came is none. */
export type ReadDiscovery =
  | { readonly document: DiscoveryDocument; readonly aheadSeconds: number | undefined }
  | { readonly unreachable: string }
  | { readonly unusable: string };

/**
 * Reads the discovery document of an issuer as it is: also one that names another issuer.
 *
 * @param now our clock, to be compared with the `Date` of the answer
 */
export async function readDiscovery(
  issuer: string,
  fetch: typeof globalThis.fetch,
  now: () => number,
): Promise<ReadDiscovery> {
  let response: Response;
  let text: string;
  const askedAt = now();
  try {
    response = await fetch(discoveryAddress(issuer), {
      headers: { accept: 'application/json' },
    });
    text = await response.text();
  } catch (error) {
    return { unreachable: networkReason(error) };
  }
  const { status } = response;
  if (status >= 500 || status === 429) return { unreachable: `status ${status}` };
  if (status !== 200) return { unusable: `status ${status}` };
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null) return { unusable: 'not a JSON object' };
    const aheadSeconds = secondsAhead(response, (askedAt + now()) / 2);
    return { document: { ...document }, aheadSeconds };
  } catch {
    return { unusable: 'not JSON' };
  }
}

/**
 * `Date` is when the answer was made, in whole seconds, and `Age` how long a cache has kept it (RFC
 * 9111, section 5.1).
 */
function secondsAhead(response: Response, ours: number): number | undefined {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(date)) return undefined;
  const age = Number(response.headers.get('age') ?? 0) * 1000;
  return Math.round((ours - (date + 500 + (Number.isNaN(age) ? 0 : age))) / 1000);
}
