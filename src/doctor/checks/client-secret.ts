import { randomUUID } from 'node:crypto';
import { callbackOf, type DoctorContext, type ProviderMetadata } from '../context.js';
import type { Check, Finding } from '../finding.js';
import { clientSecretMissing, clientSecretWrong } from '../master-client.js';
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
      const { status, error } = await exchangeBogusCode(context, metadata);
      if (status === 429 || status >= 500) return { findings: [unclear(`status ${status}`)] };
      if (error !== 'invalid_client') {
        return { findings: [], detail: settings.clientSecret === undefined ? 'none' : undefined };
      }
      const finding = settings.clientSecret === undefined ? clientSecretMissing : clientSecretWrong;
      return { findings: [finding(context)] };
    } catch (error) {
      return { findings: [unclear(networkReason(error))] };
    }
  },
};

async function exchangeBogusCode(
  context: DoctorContext,
  { tokenEndpoint, takesBasicAuthentication }: ProviderMetadata,
): Promise<{ status: number; error: unknown }> {
  const { clientId, clientSecret: secret } = context.settings;
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: randomUUID(),
    redirect_uri: callbackOf(context),
    code_verifier: `${randomUUID()}${randomUUID()}`,
    client_id: clientId,
  });
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  };
  if (secret !== undefined && takesBasicAuthentication) {
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  } else if (secret !== undefined) form.set('client_secret', secret);

  const response = await context.fetch(tokenEndpoint, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: form.toString(),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const answer = (await response.json().catch(() => null)) as { error?: unknown } | null;
  return { status: response.status, error: answer?.error };
}

const unclear = (reason: string): Finding => ({
  code: 'check_failed',
  about: 'client-secret',
  what: `The token endpoint gives no clear answer about the client secret: ${reason}.`,
  fix: { text: 'Run doctor again; if it stays, see that this machine reaches the token endpoint.' },
});
