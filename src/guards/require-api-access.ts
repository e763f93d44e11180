import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { RelyingPartyError } from '../errors.js';
import type { RelyingParty } from '../relying-party/relying-party.js';
import { sameOriginOnly } from '../web/same-origin.js';
import type { Authentication } from './authentication.js';
import { bearerChallenge } from './challenge.js';
import { authenticationOf } from './require-session.js';
import { withOurErrors } from './with-our-errors.js';

/** What a route asks of its caller, beyond being known. */
export interface ApiAccess {
  readonly scope?: string | undefined;
  /** A name in `cognito:groups`. */
  readonly group?: string | undefined;
}

/**
 * The API guard: a bearer access token, or else the session (which, for unsafe methods, must come from our own pages). If both
 * are sent the bearer token alone decides. Never redirects.
 *
 * @throws {RelyingPartyError} 401 `access_token_…`, 403 `scope_insufficient`, `group_required` or `csrf_refused`, each with its
 *   `WWW-Authenticate` (RFC 6750 section 3)
 */
export function requireApiAccess(
  relyingParty: RelyingParty,
  access: ApiAccess = {},
): RequestHandler {
  const refuseOtherOrigins = sameOriginOnly(relyingParty.baseUrl);

  const guard = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    res.set('Cache-Control', 'no-store');
    try {
      req.auth = await authenticate(relyingParty, req, res);
      requireAccess(req.auth, access);
    } catch (error) {
      if (error instanceof RelyingPartyError && [400, 401, 403].includes(error.status)) {
        res.set('WWW-Authenticate', bearerChallenge(error.code, access.scope));
      }
      throw error;
    }
    if (req.auth.via === 'session') void refuseOtherOrigins(req, res, next);
    else next();
  };
  return withOurErrors(relyingParty, guard);
}

async function authenticate(
  relyingParty: RelyingParty,
  req: Request,
  res: Response,
): Promise<Authentication> {
  const token = bearerToken(req);
  if (token !== undefined) return fromBearer(relyingParty, token);
  const session = await relyingParty.currentSession(req, res);
  if (session === undefined) {
    throw new RelyingPartyError(
      'access_token_missing',
      'neither a bearer token nor a live session',
    );
  }
  return authenticationOf(session);
}

const BEARER = /^Bearer +([\w\-.~+/]+=*) *$/i;

/** RFC 6750 section 2.1; the header once only, since Node joins repeated ones or drops all but the first. */
function bearerToken(req: Request): string | undefined {
  const [header, ...others] = req.headersDistinct['authorization'] ?? [];
  if (header === undefined) return undefined;
  const token = BEARER.exec(header)?.[1];
  if (token === undefined || others.length > 0) {
    throw new RelyingPartyError(
      'authorization_header_malformed',
      'Authorization is not one Bearer token',
    );
  }
  return token;
}

async function fromBearer(relyingParty: RelyingParty, token: string): Promise<Authentication> {
  const { issuer, subject, username, scopes, groups } = await relyingParty.verifyAccessToken(token);
  return {
    via: 'bearer',
    issuer,
    subject,
    username,
    name: undefined,
    email: undefined,
    groups,
    scopes,
    session: undefined,
  };
}

function requireAccess(auth: Authentication, { scope, group }: ApiAccess): void {
  if (scope !== undefined && !auth.scopes.includes(scope)) {
    throw new RelyingPartyError('scope_insufficient', `scope ${scope} is missing`);
  }
  if (group !== undefined && !auth.groups.includes(group)) {
    throw new RelyingPartyError('group_required', `group ${group} is missing`);
  }
}
