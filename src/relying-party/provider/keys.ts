import type { JWK } from 'jose';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { PROVIDER_CALL_MS } from '../../sessions/time-limits.js';
import { reasonOf } from './calls/reason.js';

/**
 * Reads the OP's public keys, whatever they are for.
 * @throws {RelyingPartyError} `provider_unavailable`
 * @see RFC 7517 section 5
 */
export async function loadKeys(
  fetch: typeof globalThis.fetch,
  jwksUri: string,
): Promise<readonly JWK[]> {
  try {
    const response = await fetch(jwksUri, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(PROVIDER_CALL_MS),
    });
    if (response.status !== 200) throw unusable('another status than 200', response);
    const document = (await response.json()) as { keys?: unknown } | null;
    if (!Array.isArray(document?.keys)) throw unusable('no "keys" in the document', response);
    return document.keys.filter(isObject) as JWK[];
  } catch (error) {
    throw unusable(`JWKS: ${reasonOf(error)}`, error);
  }
}

const unusable = (problem: string, cause: unknown): RelyingPartyError =>
  new RelyingPartyError('provider_unavailable', problem, { cause });

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
