import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { RelyingPartyError } from '../errors.js';
import { loginUrl } from '../relying-party/login-request.js';
import type { RelyingParty } from '../relying-party/relying-party.js';
import { isStepUp, satisfies, type StepUp } from '../relying-party/step-up.js';
import { targetOf } from '../web/request-target.js';
import { wantsPage } from '../web/wants-page.js';
import { authenticationOf } from './authentication.js';
import { bearerChallenge } from './challenge.js';
import { withOurErrors } from './with-our-errors.js';

/** What a page asks of its visitor, beyond being signed in. */
export interface SessionAccess extends StepUp {
  /** Ask the OP on each request whether it still knows the sign-in; default false. Costs a call to userInfo. */
  readonly fresh?: boolean | undefined;
}

/**
 * The page guard: lets signed-in browsers through with `req.auth`, sends a person to `/login` and back, and answers anything
 * else with 401 as problem+json.
 *
 * @throws {RelyingPartyError} `access_token_missing`, or `session_ended` when the OP has just ended it (401);
 *   `session_store_unavailable` or, with `fresh`, `provider_unavailable` (503), never a redirect then
 */
export function requireSession(
  relyingParty: RelyingParty,
  access: SessionAccess = {},
): RequestHandler {
  const find = access.fresh === true ? relyingParty.freshSession : relyingParty.currentSession;

  const guard = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const session = await find(req, res);
    res.set('Cache-Control', 'no-store');
    if (session !== undefined && satisfies(session, access, relyingParty.now())) {
      req.auth = authenticationOf(session);
      return next();
    }
    if (res.locals['sessionEnded'] === true) {
      throw new RelyingPartyError('session_ended', 'the OP does not know the sign-in any more');
    }
    if (wantsPage(req)) {
      return res.redirect(302, loginUrl(relyingParty, { returnTo: pageOf(req), stepUp: access }));
    }
    refuse(res, relyingParty.resourceMetadataUrl, session === undefined ? {} : access);
  };
  return withOurErrors(relyingParty, guard);
}

/** After a POST the same address may not answer a GET; the start page always does. */
function pageOf(req: Request): string {
  return req.method === 'POST' ? '/' : targetOf(req);
}

function refuse(res: Response, resourceMetadataUrl: string, stepUp: StepUp): never {
  if (isStepUp(stepUp)) {
    const { maxAgeSeconds } = stepUp;
    const challenge = bearerChallenge('step_up_not_done', resourceMetadataUrl, { maxAgeSeconds });
    res.set('WWW-Authenticate', challenge);
    throw new RelyingPartyError('step_up_not_done', 'the sign-in is too old or too weak');
  }
  res.set('WWW-Authenticate', bearerChallenge('access_token_missing', resourceMetadataUrl));
  throw new RelyingPartyError('access_token_missing', 'no live session');
}
