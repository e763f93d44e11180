import { networkReason } from '../../config/network-reason.js';
import type { PushRefusedError } from './begin-sign-in.js';
import type { DoctorContext, ProviderMetadata } from '../context/context.js';
import { type Finding, finding } from '../findings/finding.js';
import { firewallInFront } from './firewall.js';
import type { UnansweredError } from './visit.js';

/** A sign-in that ends before its page. */
export const authorizationRefused = (name: string | undefined, what: string): Finding =>
  finding(
    'authorization_refused',
    `${name === undefined ? 'A sign-in' : `A sign-in through “${name}”`} does not get to a sign-in page. ${what}`,
    'Open /login in a browser to see the page itself, and compare it with docs/errors.',
    { about: name },
  );

/** An address on the way that says nothing. */
export function hopUnanswered(
  { settings }: DoctorContext,
  name: string | undefined,
  error: UnansweredError,
): Finding {
  const { url } = error;
  return {
    ...authorizationRefused(
      name,
      `${url.origin}${url.pathname}, which is on the way, does not answer: ${networkReason(error)}.`,
    ),
    fix: {
      text: `See that this machine reaches ${url.host} (DNS, firewall, HTTPS_PROXY). ISSUER, ${settings.issuer}, leads there${name === undefined ? '' : `, or its identity provider “${name}” does`}.`,
    },
  };
}

/** Of a client that was not let in, its own check says why. */
export function pushRefused(
  { pushEndpoint = '' }: ProviderMetadata,
  name: string | undefined,
  { answer }: PushRefusedError,
): Finding | undefined {
  if (answer === undefined) return undefined;
  const { status, error, isBlocked, members } = answer;
  if (isBlocked) return firewallInFront({ url: new URL(pushEndpoint), status });
  const what =
    typeof error === 'string'
      ? quoteProvider(error, members['error_description'])
      : `${pushEndpoint}, where requests are pushed to, answers with ${status}.`;
  return authorizationRefused(name, what);
}

/** In the provider's own words. */
export function quoteProvider(error: string, description: unknown): string {
  const more = typeof description === 'string' ? description.trim().slice(0, 200) : '';
  return `The OpenID provider answers “${more === '' ? error.slice(0, 200) : `${error.slice(0, 200)}: ${more}`}”.`;
}
