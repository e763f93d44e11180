import type { Request } from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { authorizationOf, presentsToken } from '../web/request/authorization.js';

const BEARER = /^Bearer +([\w\-.~+/]+=*) *$/i;

/**
 * The token in the Authorization header, the only place it is looked for: in an address it would
 * end up in logs.
 *
 * @returns `undefined` when there is no such header, or one of another scheme, which is for
 *   somebody in front of us
 * @throws {RelyingPartyError} `authorization_header_malformed`
 * @see RFC 6750 section 2.1
 */
export function bearerToken(req: Request): string | undefined {
  if (!presentsToken(req)) return undefined;
  // Sent twice, `headers` has only the first: another reader may believe the second.
  const [header = '', ...others] = authorizationOf(req);
  const token = BEARER.exec(header)?.[1];
  if (token === undefined || others.length > 0) {
    throw new RelyingPartyError(
      'authorization_header_malformed',
      'Authorization is not one Bearer token',
    );
  }
  return token;
}
