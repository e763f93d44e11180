import { randomUUID } from 'node:crypto';
import * as client from 'openid-client';
import type { Provider } from './discovery.js';
import { faultOf } from './calls/fault.js';
import { tokenEndpointError } from './token-endpoint-error.js';

/**
 * Whether the OP takes the secret of our client: asked for tokens with a code that does not exist,
 * it looks at who is asking first (RFC 6749 section 5.2).
 *
 * @param provider of a client with that secret alone
 * @throws {RelyingPartyError} when there is no clear answer
 */
export async function isSecretTaken(provider: Provider, redirectUri: string): Promise<boolean> {
  const configuration = await provider.configuration();
  try {
    await client.genericGrantRequest(configuration, 'authorization_code', {
      code: randomUUID(),
      redirect_uri: redirectUri,
      code_verifier: `${randomUUID()}${randomUUID()}`,
    });
    return true;
  } catch (error) {
    if (error instanceof client.ResponseBodyError && !faultOf(error).isOutage) {
      return error.error !== 'invalid_client';
    }
    throw tokenEndpointError(error);
  }
}
