import type { Check, DoctorContext } from '../context/context.js';
import { discoveryAddress } from '../../../tokens/provider-metadata.js';
import { membersOf } from '../visits/exchange-bogus-code.js';
import { readDiscovery } from '../visits/discovery-document.js';
import { compact, finding, type Finding } from '../findings/finding.js';
import { networkReason } from '../../config/network-reason.js';

/**
 * The further issuers whose access tokens the API takes: each with a document of its own, and keys
 * where that says.
 */
export const apiIssuers: Check = {
  name: 'api-issuers',
  title: 'Further issuers of the API (API_ISSUERS)',
  async run(context) {
    const issuers = context.settings.apiIssuers.map(({ issuer }) => issuer);
    const findings = await Promise.all(issuers.map((issuer) => issuerFinding(context, issuer)));
    return { findings: compact(findings), detail: issuers.join(', ') || 'none' };
  },
};

async function issuerFinding(
  { fetch, now }: DoctorContext,
  issuer: string,
): Promise<Finding | undefined> {
  const unreachable = (why: string): Finding =>
    finding(
      'api_issuer_unreachable',
      `API_ISSUERS has the issuer ${issuer}, and ${why}.`,
      'Correct the issuer in API_ISSUERS, or take it out; or see that this machine reaches that address (DNS, firewall, HTTPS_PROXY).',
      { about: issuer },
    );
  const address = discoveryAddress(issuer);
  const read = await readDiscovery(issuer, fetch, now);
  if (!('document' in read)) {
    const reason = 'unreachable' in read ? read.unreachable : read.unusable;
    return unreachable(`no discovery document can be read at ${address}: ${reason}`);
  }
  const { issuer: actual, jwks_uri: jwksUri } = read.document;
  if (actual !== issuer) {
    return finding(
      'api_issuer_mismatch',
      `API_ISSUERS has the issuer ${issuer}, and the document at ${address} ${typeof actual === 'string' ? `calls itself ${actual}` : 'names no issuer'}.`,
      'Write the issuer in API_ISSUERS as its document does, if that is the one you mean.',
      { about: issuer },
    );
  }
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) {
    return unreachable(`the discovery document at ${address} has no jwks_uri`);
  }
  const reason = await whyWithoutKeys(fetch, jwksUri);
  return reason === undefined
    ? undefined
    : unreachable(`no keys can be read at ${jwksUri}, its jwks_uri: ${reason}`);
}

async function whyWithoutKeys(
  fetch: typeof globalThis.fetch,
  jwksUri: string,
): Promise<string | undefined> {
  try {
    const response = await fetch(jwksUri, { headers: { accept: 'application/json' } });
    const { keys } = membersOf(await response.text());
    if (response.status !== 200) return `status ${response.status}`;
    return Array.isArray(keys) && keys.length > 0 ? undefined : 'no keys in it';
  } catch (error) {
    return networkReason(error);
  }
}
