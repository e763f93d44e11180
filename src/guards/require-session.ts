import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import type { Addresses } from '../relying-party/addresses.js';
import { loginUrl, pageThatFits, type Wishes } from '../relying-party/login/return-to.js';
import {
  requireNotLost,
  sessionOf,
  type CurrentSession,
} from '../relying-party/session/current.js';
import { isStepUp, satisfies } from '../relying-party/session/step-up.js';
import { pathOf, targetOf } from '../web/request/request-target.js';
import { refuseOtherOrigins } from '../web/request/same-origin.js';
import { wantsPage } from '../web/request/wants-page.js';
import { authenticationOf } from './authentication.js';
import { bearerChallenge } from './challenge.js';
import { sessionAccessOf, type GivenAccess } from './check-access.js';
import type { SessionAccess } from './session-access.js';
import { withOurErrors } from './with-our-errors.js';

export interface PageGuardOptions extends Addresses {
  readonly now: () => number;
  readonly currentSession: CurrentSession;
  readonly freshSession: CurrentSession;
  readonly resourceMetadataUrl: string;
  readonly errorHandler: ErrorRequestHandler;
  readonly wishes: Wishes;
}

/**
 * The page guard: lets signed-in browsers through with `req.auth` (for unsafe methods only from our
 * own pages), sends a person to `/login` and back, or, if they sent a form, to a page that says so,
 * and answers anything else with 401 as problem+json. Who is not signed in has nothing that another
 * site could use, and is asked to sign in whatever sent the request.
 *
 * @param given what the page asks for; left out, being signed in is enough
 * @throws {RelyingPartyError} `access_token_missing`, `form_not_sent`, `authentication_too_old`,
 *   also where it is too weak, or `session_ended` when the OP has just ended it (401);
 *   `csrf_refused` (403); `session_lost`, `session_store_unavailable` or, with `fresh`,
 *   `provider_unavailable` (503), never a redirect then
 * @throws {TypeError} when it is made, for an access that cannot be meant
 */
export function requireSession(
  options: PageGuardOptions,
  ...given: GivenAccess<SessionAccess>
): RequestHandler {
  const { baseUrl, now } = options;
  const access = sessionAccessOf(given);
  const find = access.fresh === true ? options.freshSession : options.currentSession;
  const isSignedInEnough = !isStepUp(access);

  const guard = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const found = await find(req, res);
    const session = sessionOf(found);
    res.set('Cache-Control', 'no-store');
    if (session !== undefined && (isSignedInEnough || satisfies(session, access, now()))) {
      refuseOtherOrigins(req, baseUrl);
      req.auth = authenticationOf(session);
      return next();
    }
    if (found.state === 'ended' && found.reason === 'provider') {
      throw new RelyingPartyError('session_ended', 'the OP does not know the sign-in any more');
    }
    if (wantsPage(req)) {
      requireNotLost(found);
      return sendToLogin(options, access, req, res);
    }
    refuse(res, options.resourceMetadataUrl, session === undefined ? {} : access);
  };
  return withOurErrors(options.errorHandler, guard);
}

function sendToLogin(
  options: PageGuardOptions,
  stepUp: SessionAccess,
  req: Request,
  res: Response,
): void {
  if (req.method !== 'POST') {
    return res.redirect(302, loginUrl(options, { returnTo: targetOf(req), stepUp }));
  }
  options.wishes.set(req, { returnTo: pageWithForm(req, options), stepUp });
  throw new RelyingPartyError('form_not_sent', 'a form was sent without the session it needs');
}

/**
 * The page that a form was on, as the browser says; or the start page, which always answers: what
 * was posted to may have no page, also where it has answered with the form once more.
 */
function pageWithForm(req: Request, { baseUrl, ...paths }: Addresses): string {
  const referrer = req.get('Referer') ?? '';
  if (!URL.canParse(referrer)) return paths.homePath;
  const { origin, pathname, search } = new URL(referrer);
  const isOurs = origin === new URL(baseUrl).origin && pathname !== pathOf(req);
  return isOurs ? pageThatFits(pathname + search, paths) : paths.homePath;
}

function refuse(res: Response, resourceMetadataUrl: string, stepUp: SessionAccess): never {
  if (isStepUp(stepUp)) {
    const challenge = bearerChallenge('authentication_too_old', resourceMetadataUrl, stepUp);
    res.set('WWW-Authenticate', challenge);
    throw new RelyingPartyError('authentication_too_old', 'the sign-in is too old or too weak');
  }
  res.set('WWW-Authenticate', bearerChallenge('access_token_missing', resourceMetadataUrl));
  throw new RelyingPartyError(
    'access_token_missing',
    'no live session, or none the OP could be asked about',
  );
}
