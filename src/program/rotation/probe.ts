import type { Settings } from '../config/options/settings.js';
import { createClientSecrets } from '../../relying-party/provider/secrets/client-secrets.js';
import { createProvider } from '../../relying-party/provider/discovery.js';
import { RelyingPartyEmitter } from '../../relying-party/event-emitter.js';
import { isSecretTaken } from '../../relying-party/provider/is-secret-taken.js';

/**
 * Whether Cognito takes a secret of our client.
 * @throws {RelyingPartyError} when it gives no clear answer
 */
export type IsTaken = (secret: string) => Promise<boolean>;

/** Asks the token endpoint as the site does. */
export function createProbe(settings: Settings, fetch: typeof globalThis.fetch): IsTaken {
  const { issuer, clientId, clientAuthentication, baseUrl } = settings;
  const events = new RelyingPartyEmitter();
  const now = Date.now;

  return async (secret) => {
    const provider = createProvider({
      issuer,
      option: 'issuer',
      clientId,
      clientSecrets: createClientSecrets({ secrets: [secret], now, events }),
      clientAuthentication,
      requiredEndpoints: ['token_endpoint'],
      fetch,
      now,
      events,
    });
    return isSecretTaken(provider, `${baseUrl}/callback`);
  };
}
