import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import type { CheckAccessToken } from '../relying-party/provider/api-tokens.js';
import { sessionOf, type CurrentSession } from '../relying-party/session/current.js';
import { refuseOtherOrigins } from '../web/request/same-origin.js';
import { requireAccess, type ApiAccess, type Caller } from './api-access.js';
import { authenticationFrom, authenticationOf, type Authentication } from './authentication.js';
import { bearerToken } from './bearer-token.js';
import { bearerChallenge } from './challenge.js';
import { apiAccessOf, type GivenAccess } from './check-access.js';
import { withOurErrors } from './with-our-errors.js';

export interface ApiGuardOptions {
  readonly baseUrl: string;
  readonly now: () => number;
  readonly currentSession: CurrentSession;
  readonly verifyAccessToken: CheckAccessToken;
  readonly resourceMetadataUrl: string;
  readonly errorHandler: ErrorRequestHandler;
}

/**
 * The API guard: a bearer access token, or else the session (which, for unsafe methods, must come
 * from our own pages). If both are sent the bearer token alone decides. Never redirects. Guards in
 * a row must all be passed.
 *
 * @param given what the route asks for; left out, being known is enough
 * @throws {RelyingPartyError} each with its `WWW-Authenticate` (RFC 6750 section 3): 400
 *   `authorization_header_malformed`, 401 `access_token_…` or `authentication_too_old`, 403
 *   `access_token_not_taken`, `scope_insufficient`, `group_required` or `claim_required`; without
 *   one 403 `csrf_refused`, 503 `session_store_unavailable` or `provider_unavailable`
 * @throws {TypeError} when it is made, for an access that cannot be meant
 */
export function requireApiAccess(
  options: ApiGuardOptions,
  ...given: GivenAccess<ApiAccess>
): RequestHandler {
  const access = apiAccessOf(given);
  const { now, resourceMetadataUrl, baseUrl } = options;

  const guard = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    res.set('Cache-Control', 'no-store');
    try {
      const { auth, caller } = await authenticate(options, access.via, req, res);
      requireAccess(caller, access, now());
      req.auth = auth;
    } catch (error) {
      if (error instanceof RelyingPartyError && [400, 401, 403].includes(error.status)) {
        res.set('WWW-Authenticate', bearerChallenge(error.code, resourceMetadataUrl, access));
      }
      throw error;
    }
    if (req.auth.via === 'session') refuseOtherOrigins(req, baseUrl);
    next();
  };
  return withOurErrors(options.errorHandler, guard);
}

async function authenticate(
  { verifyAccessToken, currentSession }: ApiGuardOptions,
  via: ApiAccess['via'],
  req: Request,
  res: Response,
): Promise<{ auth: Authentication; caller: Caller }> {
  const token = bearerToken(req);
  if (token !== undefined) {
    if (via === 'session') {
      throw new RelyingPartyError('access_token_not_taken', 'the route wants a session');
    }
    const claims = await verifyAccessToken(token);
    return { auth: authenticationFrom(claims), caller: { ...claims, claims: claims.counting } };
  }
  const session = via === 'bearer' ? undefined : sessionOf(await currentSession(req, res));
  if (session === undefined) {
    throw new RelyingPartyError('access_token_missing', 'no access token and no live session');
  }
  const auth = authenticationOf(session);
  return { auth, caller: auth };
}
