import type { DoctorContext } from '../context/context.js';
import { discoveryAddress } from '../../../tokens/provider-metadata.js';
import { readDiscovery } from '../visits/discovery-document.js';
import type { Check, Finding } from '../findings/finding.js';
import { networkReason } from '../../config/network-reason.js';
import { REQUEST_TIMEOUT_MS } from '../visits/visit.js';

/** The further issuers whose access tokens the API takes: each with a document of its own, and keys where that says. */
export const apiIssuers: Check<DoctorContext> = {
  name: 'api-issuers',
  title: 'Further issuers of the API (API_ISSUERS)',
  async run(context) {
    const issuers = context.settings.apiIssuers.map(({ issuer }) => issuer);
    const findings = await Promise.all(issuers.map((issuer) => issuerFindings(context, issuer)));
    return { findings: findings.flat(), detail: issuers.join(', ') || 'none' };
  },
};

async function issuerFindings(context: DoctorContext, issuer: string): Promise<Finding[]> {
  const { fetch, now } = context;
  const address = discoveryAddress(issuer);
  const read = await readDiscovery(issuer, fetch, now);
  if (!('document' in read)) {
    const reason = 'unreachable' in read ? read.unreachable : read.unusable;
    return [unreachable(issuer, `no discovery document can be read at ${address}: ${reason}`)];
  }
  const { issuer: actual, jwks_uri: jwksUri } = read.document;
  if (actual !== issuer) return [mismatch(issuer, address, actual)];
  if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) {
    return [unreachable(issuer, `the discovery document at ${address} has no jwks_uri`)];
  }
  const reason = await whyWithoutKeys(context, jwksUri);
  if (reason === undefined) return [];
  return [unreachable(issuer, `no keys can be read at ${jwksUri}, its jwks_uri: ${reason}`)];
}

async function whyWithoutKeys(
  { fetch }: DoctorContext,
  jwksUri: string,
): Promise<string | undefined> {
  try {
    const response = await fetch(jwksUri, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.status !== 200) return `status ${response.status}`;
    return hasKeys(text) ? undefined : 'no keys in it';
  } catch (error) {
    return networkReason(error);
  }
}

function hasKeys(text: string): boolean {
  try {
    const { keys } = Object(JSON.parse(text)) as { keys?: unknown };
    return Array.isArray(keys) && keys.length > 0;
  } catch {
    return false;
  }
}

const unreachable = (issuer: string, why: string): Finding => ({
  code: 'api_issuer_unreachable',
  about: issuer,
  what: `API_ISSUERS has the issuer ${issuer}, and ${why}.`,
  fix: {
    text: 'Correct the issuer in API_ISSUERS, or take it out; or see that this machine reaches that address (DNS, firewall, HTTPS_PROXY).',
  },
});

const mismatch = (issuer: string, address: string, actual: unknown): Finding => ({
  code: 'api_issuer_mismatch',
  about: issuer,
  what: `API_ISSUERS has the issuer ${issuer}, and the document at ${address} ${typeof actual === 'string' ? `calls itself ${actual}` : 'names no issuer'}.`,
  fix: {
    text: 'Write the issuer in API_ISSUERS as its document does, if that is the one you mean.',
  },
});
