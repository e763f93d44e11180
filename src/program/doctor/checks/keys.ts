import type { JWK } from 'jose';
import { fitsAlgorithm, type SignatureAlgorithm } from '../../../tokens/algorithms.js';
import type { DoctorContext } from '../context/context.js';
import type { Check, Finding } from '../findings/finding.js';
import { networkReason } from '../../config/network-reason.js';
import { REQUEST_TIMEOUT_MS } from '../visits/visit.js';

/** The issuer's JWKS: there, and with a key for an algorithm the issuer signs with. */
export const keys: Check<DoctorContext> = {
  name: 'keys',
  title: 'Keys of the issuer (JWKS)',
  async run({ metadata, fetch }) {
    if (metadata === undefined) return { skipped: 'the discovery document does not say where' };
    const { jwksUri } = metadata;
    const unusable = (reason: string): Finding => unusableKeys(jwksUri, reason);
    try {
      const response = await fetch(jwksUri, {
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      if (response.status !== 200) return { findings: [unusable(`status ${response.status}`)] };
      const found = signatureKeys(await response.json(), metadata.signatureAlgorithms);
      return found === 0
        ? {
            findings: [
              unusable('there is no signature key in it that fits the announced algorithms'),
            ],
          }
        : { findings: [], detail: `${found}` };
    } catch (error) {
      return { findings: [unusable(networkReason(error))] };
    }
  },
};

function signatureKeys(document: unknown, algorithms: readonly SignatureAlgorithm[]): number {
  const list = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list)) return 0;
  return list.filter((key: unknown) => {
    const jwk = Object(key) as JWK;
    return algorithms.some((algorithm) => fitsAlgorithm(jwk, algorithm));
  }).length;
}

const unusableKeys = (jwksUri: string, reason: string): Finding => ({
  code: 'jwks_unusable',
  what: `The issuer’s keys at ${jwksUri} cannot be used: ${reason}.`,
  fix: {
    text: 'See that this machine reaches that address (DNS, firewall, HTTPS_PROXY), which is the jwks_uri in the discovery document of ISSUER. A provider other than a user pool must sign with RS256, PS256, ES256 or EdDSA, and announce it.',
  },
});
