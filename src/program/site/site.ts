import { Router } from 'express';
import { authOf } from '../../guards/authentication.js';
import { internalsOf } from '../../relying-party/internals.js';
import type { RelyingParty } from '../../relying-party/relying-party.js';
import { displayNameOf, usernameOf } from '../../sessions/session.js';
import { moment } from '../../web/pages/moment.js';
import { createRenderer } from '../../web/pages/render.js';
import { sendPage } from '../../web/pages/send-page.js';
import { createApi } from './api.js';
import type { SiteViews } from './views.js';

const adminGroup = 'admins';

export interface SiteOptions {
  /**
   * What to call an identity provider, given its name at the master pool; without one, what to call
   * the issuer itself.
   */
  readonly identityProviderLabel: (name: string | undefined) => string;
  /** The scope `/api/orders` asks for. */
  readonly ordersScope: string;
  /** Claims that `/api/me` answers with, if the caller has them. */
  readonly sessionClaims: readonly string[];
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * The demonstration: a start page for everyone, a guarded page, and API routes guarded in three
 * ways.
 */
export function createSite(rp: RelyingParty, options: SiteOptions): Router {
  const { identityProviderLabel, ordersScope, sessionClaims, now = Date.now } = options;
  const render = createRenderer<SiteViews>(undefined, rp.basePath);
  const { pages } = internalsOf(rp);
  const site = Router();

  site.get('/', async (req, res) => {
    const page = await pages.contextOf(req, res, 'Sign in once, sign out everywhere');
    sendPage(res, render('home', { page, baseUrl: rp.baseUrl, ordersScope, adminGroup }));
  });

  site.get('/profile', rp.requireSession(), async (req, res) => {
    const { session, name, email, unverifiedEmail, groups } = authOf(req);
    if (session === undefined) throw new TypeError('/profile needs a guard that wants a session');
    const at = now();
    const html = render('profile', {
      page: await pages.contextOf(req, res, 'Your profile'),
      displayName: displayNameOf(session),
      name,
      email,
      unverifiedEmail,
      username: usernameOf(session),
      groups,
      identityProvider: identityProviderLabel(session.identityProvider),
      signedInAt: moment(session.createdAt, at),
      accessTokenExpiresAt: moment(session.accessTokenExpiresAt, at),
      sessionEndsAt: moment(session.absoluteExpiresAt, at),
    });
    sendPage(res, html);
  });

  site.use(
    createApi({
      requireApiAccess: rp.requireApiAccess,
      ordersScope,
      adminGroup,
      sessionClaims,
      baseUrl: rp.baseUrl + rp.basePath,
      cookie: rp.sessionCookieName,
    }),
  );

  return site;
}
