import type * as express from 'express';
import type { Session } from '../sessions/session.js';
import type { AccessTokenClaims } from '../tokens/access/claims.js';

/** Who is calling, and by which means. A handler need not care which; `via` says if it must. */
export interface Authentication {
  readonly via: 'session' | 'bearer';
  readonly issuer: string;
  readonly subject: string;
  /** Of a partner's token only if its entry in `api.issuers` names the claim it is in. */
  readonly username: string | undefined;
  readonly name: string | undefined;
  /** Only an address that was verified. */
  readonly email: string | undefined;
  /** An address that nobody has shown to be this person's; never together with `email`. */
  readonly unverifiedEmail: string | undefined;
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  /**
   * When the user gave their credentials, if the provider says so, or a client got its own token;
   * epoch milliseconds.
   */
  readonly authenticatedAt: number | undefined;
  /**
   * Verified claims by their names on the wire: all of an access token's; of a session what it
   * keeps, and the claims of the ID token that `session.claims` names. `email` is there only if it
   * was verified.
   */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The session, when the caller came with one. */
  readonly session: Session | undefined;
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by the guards; `undefined` on routes without one. `authOf` says so in words. */
    auth?: Authentication;
  }
}

/**
 * What the guard in front of a route has found out about its caller.
 * @throws {TypeError} when there is no guard in front of it
 */
export function authOf(req: express.Request): Authentication {
  if (req.auth !== undefined) return req.auth;
  const fix = 'put rp.requireSession() or rp.requireApiAccess() before its handler';
  throw new TypeError(`authOf: ${req.method} ${req.path} is not behind a guard; ${fix}`);
}

/** A session as `req.auth`. */
export function authenticationOf(session: Session): Authentication {
  const { issuer, subject, username, name, groups, scopes, authenticatedAt } = session;
  return {
    via: 'session',
    issuer,
    subject,
    username,
    name,
    email: session.email,
    unverifiedEmail: session.unverifiedEmail,
    groups,
    scopes,
    authenticatedAt,
    // Most routes never look at them.
    get claims() {
      return claimsOf(session);
    },
    session,
  };
}

/** An access token as `req.auth`. It names nobody: name and e-mail are in ID tokens only. */
export function authenticationFrom(token: AccessTokenClaims): Authentication {
  const { issuer, subject, username, groups, scopes, authenticatedAt, all } = token;
  return {
    via: 'bearer',
    issuer,
    subject,
    username,
    name: undefined,
    email: undefined,
    unverifiedEmail: undefined,
    groups,
    scopes,
    authenticatedAt,
    claims: all,
    session: undefined,
  };
}

function claimsOf(session: Session): Readonly<Record<string, unknown>> {
  const { authenticatedAt } = session;
  return {
    ...session.claims,
    iss: session.issuer,
    sub: session.subject,
    username: session.username,
    'cognito:username': session.username,
    name: session.name,
    email: session.email,
    email_verified: isEmailVerified(session),
    'cognito:groups': session.groups,
    scope: session.scopes.join(' '),
    auth_time: authenticatedAt === undefined ? undefined : Math.floor(authenticatedAt / 1000),
    acr: session.acr,
  };
}

/** As the claim says it; absent where there is no address. */
function isEmailVerified({ email, unverifiedEmail }: Session): boolean | undefined {
  return email === undefined && unverifiedEmail === undefined ? undefined : email !== undefined;
}
