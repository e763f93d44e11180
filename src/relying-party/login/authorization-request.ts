import * as client from 'openid-client';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Provider } from '../provider/discovery.js';
import { faultOf } from '../provider/calls/fault.js';
import { createPatience } from '../provider/calls/patience.js';

/**
 * Gives the address that begins a sign-in with these parameters.
 * @param timeLeft what the request may still wait, in milliseconds, for an OP that is known to hang
 */
export type AuthorizationUrl = (
  parameters: Record<string, string>,
  timeLeft: () => number,
) => Promise<URL>;

export interface AuthorizationUrlOptions {
  readonly provider: Provider;
  /** Also where the OP does not require it. */
  readonly pushesRequests: boolean;
}

/**
 * Where the OP requires it, or the relying party was told to, the parameters go to the OP first,
 * with our client authentication, and the browser carries a reference alone. That may throw
 * `pushed_authorization_refused` or `provider_unavailable`.
 * @see OpenID Connect Core 1.0 section 3.1.2.1; RFC 9126 sections 2 to 5
 */
export function createAuthorizationUrl({
  provider,
  pushesRequests,
}: AuthorizationUrlOptions): AuthorizationUrl {
  const patience = createPatience();

  return async (parameters, timeLeft) => {
    const configuration = await provider.configuration({ waitMs: timeLeft() });
    const server = configuration.serverMetadata();
    if (!pushesRequests && server.require_pushed_authorization_requests !== true) {
      return client.buildAuthorizationUrl(configuration, parameters);
    }
    try {
      const push = client.buildAuthorizationUrlWithPAR(configuration, parameters);
      const url = await patience.wait('pushed authorization request', push, timeLeft());
      requireRoomFor(url.searchParams.get('request_uri')!);
      return url;
    } catch (error) {
      throw pushError(error);
    }
  };
}

/** In characters: it travels in an address, in headers of which nginx takes 4 kB from us. */
export const MAX_REQUEST_URI_LENGTH = 512;

function requireRoomFor(requestUri: string): void {
  if (requestUri.length <= MAX_REQUEST_URI_LENGTH) return;
  throw new RelyingPartyError(
    'pushed_authorization_refused',
    `pushed authorization request: request_uri is longer than ${MAX_REQUEST_URI_LENGTH} characters`,
  );
}

function pushError(error: unknown): RelyingPartyError {
  if (error instanceof RelyingPartyError) return error;
  const { isOutage, reason } = faultOf(error);
  const code = isOutage ? 'provider_unavailable' : 'pushed_authorization_refused';
  return new RelyingPartyError(code, `pushed authorization request: ${reason}`, { cause: error });
}
