import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { contextOf, type RelyingPartyContext } from '../relying-party/context.js';
import { loginUrl, pageThatFits } from '../relying-party/login/request.js';
import { requireNotLost } from '../relying-party/session/lost-sessions.js';
import type { RelyingParty } from '../relying-party/relying-party.js';
import { isStepUp, satisfies } from '../relying-party/session/step-up.js';
import { pathOf, targetOf } from '../web/request/request-target.js';
import { refuseOtherOrigins } from '../web/request/same-origin.js';
import { wantsPage } from '../web/request/wants-page.js';
import { authenticationOf } from './authentication.js';
import { bearerChallenge } from './challenge.js';
import { sessionAccessOf, type GivenAccess } from './check-access.js';
import { withOurErrors } from './with-our-errors.js';

/** What a page asks of its visitor, beyond being signed in. Everything named must hold; `undefined` is a `TypeError`. */
export interface SessionAccess {
  /** The user must have given their credentials within so many seconds, at least 1. */
  readonly maxAgeSeconds?: number;
  /** The `acr` values that will do, separated by spaces, as the OP names them. */
  readonly acrValues?: string;
  /**
   * Ask the OP on each request whether it still knows the sign-in; default false. Costs a call to userInfo. Without a refresh
   * token the user signs in anew once the access token has ended, since nothing else can be asked with.
   */
  readonly fresh?: boolean;
}

/**
 * The page guard: lets signed-in browsers through with `req.auth` (for unsafe methods only from our own pages), sends a person
 * to `/login` and back, or, if they sent a form, to a page that says so, and answers anything else with 401 as problem+json. Who is not signed in has nothing that another site
 * could use, and is asked to sign in whatever sent the request.
 *
 * @param given what the page asks for; left out, being signed in is enough
 * @throws {RelyingPartyError} `access_token_missing`, `form_not_sent`, `authentication_too_old`, also where it is too weak, or `session_ended`
 *   when the OP has just ended it (401); `csrf_refused` (403); `session_lost`, `session_store_unavailable` or, with `fresh`,
 *   `provider_unavailable` (503), never a redirect then
 * @throws {TypeError} when it is made, for an access that cannot be meant
 */
export function requireSession(
  relyingParty: RelyingParty,
  ...given: GivenAccess<SessionAccess>
): RequestHandler {
  const access = sessionAccessOf(relyingParty, given);
  const { notesOf } = contextOf(relyingParty);
  const find = access.fresh === true ? relyingParty.freshSession : relyingParty.currentSession;

  const guard = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const session = await find(req, res);
    res.set('Cache-Control', 'no-store');
    if (session !== undefined && satisfies(session, access, relyingParty.now())) {
      refuseOtherOrigins(req, relyingParty.baseUrl);
      req.auth = authenticationOf(session);
      return next();
    }
    if (notesOf(req).sessionEnded === true) {
      throw new RelyingPartyError('session_ended', 'the OP does not know the sign-in any more');
    }
    if (wantsPage(req)) {
      requireNotLost(notesOf(req));
      if (req.method === 'POST') {
        notesOf(req).returnTo = pageWithForm(req, contextOf(relyingParty));
        notesOf(req).stepUp = access;
        throw new RelyingPartyError(
          'form_not_sent',
          'a form was sent without the session it needs',
        );
      }
      return res.redirect(302, loginUrl(relyingParty, { returnTo: targetOf(req), stepUp: access }));
    }
    refuse(res, relyingParty.resourceMetadataUrl, session === undefined ? {} : access);
  };
  return withOurErrors(relyingParty, guard);
}

/**
 * The page that a form was on, as the browser says; or the start page, which always answers: what was posted to may have no page,
 * also where it has answered with the form once more.
 */
function pageWithForm(
  req: Request,
  { baseUrl, basePath, homePath }: Pick<RelyingPartyContext, 'baseUrl' | 'basePath' | 'homePath'>,
): string {
  const referrer = req.get('Referer') ?? '';
  if (!URL.canParse(referrer)) return homePath;
  const { origin, pathname, search } = new URL(referrer);
  if (origin !== new URL(baseUrl).origin || pathname === pathOf(req)) return homePath;
  return pageThatFits(pathname + search, { basePath, homePath });
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
