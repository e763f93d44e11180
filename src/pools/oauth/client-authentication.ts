import type { Exchange } from '../exchange/exchange.js';
import { isSecretOf } from '../model/credentials/client-secrets.js';
import type { AppClient } from '../model/pool-state.js';

/** Why a client was not let in. */
export type ClientRefusal = 'no client' | 'unknown client' | 'wrong secret';

/**
 * Tells which client is calling: HTTP Basic, form-encoded before base64 (RFC 6749, section 2.3.1),
 * or `client_id` and `client_secret` in the form, for the same client. A public client sends its id
 * alone.
 */
export function authenticateClient({ pool, request, form }: Exchange): AppClient | ClientRefusal {
  const credentials = basicCredentials(request.headers.authorization) ?? {
    id: form.get('client_id') ?? '',
    secret: form.get('client_secret') ?? '',
  };
  if (credentials.id === '') return 'no client';
  const client = pool.client(credentials.id);
  if (client === undefined) return 'unknown client';
  // A form that names somebody else than the header is nobody's request.
  if ((form.get('client_id') ?? client.id) !== client.id) return 'unknown client';
  return isSecretOf(client, credentials.secret) ? client : 'wrong secret';
}

function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon === -1) return { id: decodeForm(text), secret: '' };
  return { id: decodeForm(text.slice(0, colon)), secret: decodeForm(text.slice(colon + 1)) };
}

function decodeForm(text: string): string {
  try {
    // A "+" stays one: ids and secrets have no blanks, and many clients send a "+" of a secret
    // without encoding it.
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
