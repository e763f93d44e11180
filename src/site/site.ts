import { Router, type Request, type RequestHandler } from 'express';
import type { Authentication } from '../guards/authentication.js';
import type { RelyingParty } from '../relying-party/relying-party.js';
import { displayNameOf } from '../sessions/session.js';
import { moment } from '../web/moment.js';
import { createRenderer } from '../web/render.js';
import { sendPage } from '../web/send-page.js';
import type { SiteViews } from './views.js';

const adminGroup = 'admins';

export interface SiteOptions {
  /** Guards a page; sets `req.auth`. */
  readonly requireSession: RequestHandler;
  /** Makes a guard for an API route; sets `req.auth`. */
  readonly requireApiAccess: (need?: { scope?: string; group?: string }) => RequestHandler;
  /** What to call an identity provider, given its name at the master pool. */
  readonly identityProviderLabel: (name: string) => string;
  /** The scope `/api/orders` asks for; default `orders/read`. */
  readonly ordersScope?: string;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** The demonstration: a start page for everyone, a guarded page, and API routes guarded in three ways. */
export function createSite(rp: RelyingParty, options: SiteOptions): Router {
  const { requireSession, requireApiAccess, identityProviderLabel } = options;
  const { ordersScope = 'orders/read', now = Date.now } = options;
  const render = createRenderer<SiteViews>();
  const site = Router();

  site.get('/', async (req, res) => {
    const page = await rp.pageContext(req, res, 'Sign in once, sign out everywhere');
    sendPage(res, render('home', { page, baseUrl: rp.baseUrl, ordersScope, adminGroup }));
  });

  site.get('/profile', requireSession, async (req, res) => {
    const { session, name, email, groups } = authentication(req);
    if (session === undefined) throw new TypeError('/profile needs a guard that wants a session');
    const at = now();
    const { identityProvider } = session;
    const html = render('profile', {
      page: await rp.pageContext(req, res, 'Your profile'),
      displayName: displayNameOf(session),
      name,
      email,
      username: session.username,
      groups,
      identityProvider:
        identityProvider === undefined ? undefined : identityProviderLabel(identityProvider),
      signedInAt: moment(session.createdAt, at),
      accessTokenExpiresAt: moment(session.accessTokenExpiresAt, at),
      sessionEndsAt: moment(session.absoluteExpiresAt, at),
    });
    sendPage(res, html);
  });

  site.use('/api', neverKept);

  site.get('/api/me', requireApiAccess(), (req, res) => {
    const { subject, username, name, email, groups, scopes, via } = authentication(req);
    // null, not absent: a caller sees from one answer which members there are.
    res.json({
      sub: subject,
      username: username ?? null,
      name: name ?? null,
      email: email ?? null,
      groups,
      scopes,
      via,
    });
  });

  site.get('/api/orders', requireApiAccess({ scope: ordersScope }), (_req, res) => {
    res.json({
      orders: [
        { id: 'A-1001', item: 'Rescue tube', quantity: 2 },
        { id: 'A-1002', item: 'Whistle', quantity: 12 },
      ],
    });
  });

  site.get('/api/admin', requireApiAccess({ group: adminGroup }), (req, res) => {
    const { subject, groups } = authentication(req);
    res.json({ sub: subject, groups, message: `You are in the group ${adminGroup}.` });
  });

  return site;
}

const neverKept: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store').vary('Authorization, Cookie');
  next();
};

function authentication(req: Request): Authentication {
  if (req.auth === undefined) throw new TypeError(`${req.path} is not behind a guard`);
  return req.auth;
}
