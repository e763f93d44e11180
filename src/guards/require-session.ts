import type { RequestHandler } from 'express';
import { RelyingPartyError } from '../errors.js';
import type { RelyingParty } from '../relying-party/relying-party.js';
import type { Session } from '../sessions/session.js';
import { wantsPage } from '../web/wants-page.js';
import type { Authentication } from './authentication.js';
import { bearerChallenge } from './challenge.js';

/**
 * The page guard: lets signed-in browsers through with `req.auth`, sends a person to `/login` and back, and answers anything
 * else with 401 as problem+json.
 *
 * @throws {RelyingPartyError} `access_token_missing`, or `session_ended` when the OP has just ended it (401); `session_store_unavailable` (503), never a redirect then
 */
export function requireSession(relyingParty: RelyingParty): RequestHandler {
  return async (req, res, next) => {
    const session = await relyingParty.currentSession(req, res);
    res.set('Cache-Control', 'no-store');
    if (session !== undefined) {
      req.auth = authenticationOf(session);
      return next();
    }
    if (res.locals['sessionEnded'] === true) {
      throw new RelyingPartyError('session_ended', 'the OP refused to refresh the session');
    }
    if (wantsPage(req)) {
      // After a POST the same address may not answer a GET; the start page always does.
      const returnTo = req.method === 'POST' ? '/' : req.originalUrl;
      return res.redirect(302, `/login?${new URLSearchParams({ return_to: returnTo }).toString()}`);
    }
    res.set('WWW-Authenticate', bearerChallenge('access_token_missing', undefined));
    throw new RelyingPartyError('access_token_missing', 'no live session');
  };
}

/** A session as `req.auth`. */
export function authenticationOf(session: Session): Authentication {
  const { issuer, subject, username, name, email, groups, scopes } = session;
  return {
    via: 'session',
    issuer,
    subject,
    username,
    name: name,
    email,
    groups,
    scopes,
    session,
  };
}
