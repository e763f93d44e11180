import { randomUUID } from 'node:crypto';
import type { Settings } from '../../config/settings.js';
import { RelyingPartyError } from '../../errors.js';
import { clientAuthentication } from '../../tokens/client-authentication.js';
import { readClientKey } from '../../tokens/client-key.js';
import { callbackOf, type DoctorContext, type ProviderMetadata } from '../context.js';
import type { Check, Finding } from '../finding.js';
import { clientSecretMissing, clientSecretWrong } from '../master-client.js';
import { isFirewall } from '../firewall.js';
import { networkReason, REQUEST_TIMEOUT_MS } from '../visit.js';

/**
 * Asks the token endpoint for tokens with a code that does not exist. A provider checks the client first, so the answer
 * about the code (`invalid_grant`) means that the secret is right (RFC 6749, section 5.2).
 */
export const clientSecret: Check<DoctorContext> = {
  name: 'client-secret',
  title: 'Client secret',
  async run(context) {
    const { metadata, settings } = context;
    if (metadata === undefined) return { skipped: 'there is no token endpoint' };
    try {
      // While one replaces the other, either will do: the site takes the one that works.
      for (const secret of isEmpty(settings.clientSecrets) ? [null] : settings.clientSecrets) {
        const { status, error, isBlocked } = await exchangeBogusCode(context, metadata, secret);
        if (isBlocked) return { findings: [blocked(metadata, status)] };
        // Without the error that a code nobody gave out must bring, nothing is known of the secret.
        if (status === 429 || status >= 500 || typeof error !== 'string') {
          return { findings: [unclear(`status ${status}`)] };
        }
        if (error !== 'invalid_client') return { findings: [], detail: shownBy(settings) };
      }
      const finding = isEmpty(settings.clientSecrets) ? clientSecretMissing : clientSecretWrong;
      return { findings: [finding(context)] };
    } catch (error) {
      const reason = error instanceof RelyingPartyError ? error.message : networkReason(error);
      return { findings: [unclear(reason)] };
    }
  },
};

const isEmpty = (list: readonly unknown[]): boolean => list.length === 0;

const shownBy = (settings: Settings): string | undefined =>
  settings.clientKey !== undefined ? 'key' : isEmpty(settings.clientSecrets) ? 'none' : undefined;

async function exchangeBogusCode(
  context: DoctorContext,
  { tokenEndpoint, clientAuthentication: metadata }: ProviderMetadata,
  secret: string | null,
): Promise<{ status: number; error: unknown; isBlocked: boolean }> {
  const { clientId, clientKey: key, clientAuthentication: method } = context.settings;
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: randomUUID(),
    redirect_uri: callbackOf(context),
    code_verifier: `${randomUUID()}${randomUUID()}`,
  });
  const headers = new Headers({
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  });
  const clientKey = key === undefined ? undefined : readClientKey({ key });
  const credentials = { clientId, clientSecret: secret, clientKey, clientAuthentication: method };
  await clientAuthentication(credentials, metadata, context.now)(form, headers);

  const response = await context.fetch(tokenEndpoint, {
    method: 'POST',
    redirect: 'manual',
    headers: Object.fromEntries(headers),
    body: form.toString(),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const { status, headers: answered } = response;
  const body = await response.text();
  const isBlocked = isFirewall({ status, headers: answered, body });
  return { status, error: errorIn(body), isBlocked };
}

function errorIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { error?: unknown } | null)?.error;
  } catch {
    return undefined;
  }
}

const blocked = ({ tokenEndpoint }: ProviderMetadata, status: number): Finding => ({
  code: 'waf_blocks_site',
  what: `A firewall in front of ${new URL(tokenEndpoint).host} turns requests to the token endpoint away (status ${status}).`,
  fix: {
    text: 'Let the address of this machine through: a rule that allows it, before those that block.',
    console: 'AWS WAF › Web ACLs › the one with this user pool › Sampled requests',
  },
});

const unclear = (reason: string): Finding => ({
  code: 'check_failed',
  about: 'client-secret',
  what: `The token endpoint gives no clear answer about the client secret: ${reason}.`,
  fix: { text: 'Run doctor again; if it stays, see that this machine reaches the token endpoint.' },
});
