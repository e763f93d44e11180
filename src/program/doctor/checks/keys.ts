import type { JWK } from 'jose';
import { fitsAlgorithm, type SignatureAlgorithm } from '../../../tokens/algorithms.js';
import type { Check } from '../context/context.js';
import { type CheckResult, finding } from '../findings/finding.js';
import { networkReason } from '../../config/network-reason.js';

/** The issuer's JWKS: there, and with a key for an algorithm the issuer signs with. */
export const keys: Check = {
  name: 'keys',
  title: 'Keys of the issuer (JWKS)',
  async run({ metadata, fetch }) {
    if (metadata === undefined) return { skipped: 'the discovery document does not say where' };
    const { jwksUri, signatureAlgorithms } = metadata;
    const unusable = (reason: string): CheckResult => ({
      findings: [
        finding(
          'jwks_unusable',
          `The issuer’s keys at ${jwksUri} cannot be used: ${reason}.`,
          'See that this machine reaches that address (DNS, firewall, HTTPS_PROXY), which is the jwks_uri in the discovery document of ISSUER. A provider other than a user pool must sign with RS256, PS256, ES256 or EdDSA, and announce it.',
        ),
      ],
    });
    try {
      const response = await fetch(jwksUri, { headers: { accept: 'application/json' } });
      if (response.status !== 200) return unusable(`status ${response.status}`);
      const found = signatureKeys(await response.json(), signatureAlgorithms);
      return found === 0
        ? unusable('there is no signature key in it that fits the announced algorithms')
        : { findings: [], detail: `${found}` };
    } catch (error) {
      return unusable(networkReason(error));
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
