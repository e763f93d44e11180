import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import express from 'express';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { errorCatalogue } from '../../src/errors/relying-party-error.js';
import type { RelyingPartyViews, SignOutStepView } from '../../src/relying-party/views.js';
import { moment } from '../../src/web/pages/moment.js';
import type { SiteViews } from '../../src/program/site/views.js';
import { assets } from '../../src/web/pages/assets.js';
import { createRenderer, type Render } from '../../src/web/pages/render.js';
import { securityHeaders } from '../../src/web/pages/security-headers.js';
import { sendPage } from '../../src/web/pages/send-page.js';
import { faultsOf } from '../chromium/support/inspect.js';
import { type Chromium, launchChromium } from '../support/chromium.js';

type Views = RelyingPartyViews & SiteViews;

const nobody = {
  title: 'A page',
  basePath: '',
  homePath: '/',
  profilePath: '/profile',
  signedInAs: undefined,
  isSessionKnown: true,
  unfinishedSignOut: false,
};
const unknown = { ...nobody, isSessionKnown: false };
const interrupted = { ...nobody, unfinishedSignOut: true };
const somebody = { ...nobody, signedInAs: 'Wolfeschlegelsteinhausenbergerdorff'.repeat(3) };
const now = Date.UTC(2026, 10, 25, 19);

const person = {
  displayName: somebody.signedInAs,
  username: 'oidc-pool-2_5f0c2f6e-8c1a-4e59-9d3b-1c1f0e6f4a11',
  signedInAt: moment(now - 60_000, now),
  accessTokenExpiresAt: moment(now + 3_600_000, now),
  sessionEndsAt: moment(now + 28_800_000, now),
};
const ours = { isVisit: false, cameBack: false } as const;
const visit = { isVisit: true, cameBack: false } as const;
const steps: SignOutStepView[] = [
  { ...ours, label: 'This site', outcome: 'done', advice: undefined },
  { ...ours, label: 'Your tokens', outcome: 'failed', advice: 'They end by themselves.' },
  {
    label: 'The sign-in service',
    ...visit,
    outcome: 'unfinished',
    advice: 'Press “Finish signing out”.',
  },
  { ...visit, label: 'Corporate ID', outcome: 'not-possible', advice: 'Close the browser.' },
];
const lookup = { returnTo: '/profile', emailLookup: true, unmatchedEmail: undefined };

/**
 * Pages in states that a journey hardly reaches; `test/chromium/pages.test.ts` goes to all others.
 */
const pages: Record<string, (render: Render<Views>) => string> = {
  'profile, bare': (render) =>
    render('profile', {
      page: somebody,
      ...person,
      name: undefined,
      email: undefined,
      unverifiedEmail: undefined,
      groups: [],
      identityProvider: 'This site’s own user pool',
    }),
  'sign-in, e-mail only': (render) => render('sign-in', { page: nobody, providers: [], ...lookup }),
  'continue to a provider': (render) =>
    render('continue-to-provider', { page: nobody, label: 'Corporate ID', href: '/login' }),
  'continue signing out': (render) =>
    render('continue-signing-out', { page: nobody, label: 'Corporate ID', href: '/logout' }),
  'logout, nobody knows': (render) =>
    render('logout', {
      page: unknown,
      displayName: undefined,
      isKnown: false,
      steps: ['Corporate ID'],
    }),
  'start, nobody knows': (render) =>
    render('home', {
      page: unknown,
      baseUrl: 'http://localhost:3000',
      ordersScope: 'orders/read',
      adminGroup: 'admins',
    }),
  'signed out, nobody knows': (render) =>
    render('signed-out', { page: unknown, steps: [], isComplete: true, visitAgainHref: undefined }),
  'error, nobody knows': (render) =>
    render('error', {
      page: unknown,
      code: 'session_store_unavailable',
      ...errorCatalogue.session_store_unavailable,
      requestId: '23bc4154-6e1e-4f8a-9431-9f23a9aff703',
      next: { label: 'Try again', href: '/profile' },
    }),
  'logout, nobody signed in': (render) =>
    render('logout', {
      page: interrupted,
      displayName: undefined,
      isKnown: true,
      steps: ['Corporate ID'],
    }),
  'signed out, not everywhere': (render) =>
    render('signed-out', {
      page: interrupted,
      steps,
      isComplete: false,
      visitAgainHref: undefined,
    }),
  'signed out, some of it for sure': (render) =>
    render('signed-out', {
      page: nobody,
      steps: [
        { ...ours, label: 'This site', outcome: 'done', advice: undefined },
        { ...visit, label: 'The sign-in service', outcome: 'done', advice: undefined },
        { ...visit, cameBack: true, label: 'Corporate ID', outcome: 'done', advice: undefined },
      ],
      isComplete: true,
      visitAgainHref: '/logout?visit=corporate',
    }),
  'signed out, and in again': (render) =>
    render('signed-out', {
      page: somebody,
      steps: [],
      isComplete: true,
      visitAgainHref: undefined,
    }),
};

const executable = inject('chromium');

describe.skipIf(executable === undefined)('in a real browser, every page', () => {
  const render = createRenderer<Views>();
  const app = express()
    .use(securityHeaders({ https: false }), assets())
    .get('/:name', (req, res) => sendPage(res, pages[req.params.name]?.(render) ?? ''));
  const server = app.listen(0, '127.0.0.1');
  let chromium: Chromium;
  let origin: string;

  beforeAll(async () => {
    if (!server.listening) await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    chromium = await launchChromium(executable ?? '', { reducedMotion: 'reduce' });
  });
  afterAll(async () => {
    await chromium.close();
    server.close();
  });

  it.each(Object.keys(pages))('%s', async (name) => {
    const page = await chromium.context.newPage();
    const complaints: string[] = [];
    const requested: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => requested.push(new URL(request.url()).origin));

    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${origin}/${encodeURIComponent(name)}`);
    expect(await faultsOf(page, 'contrast')).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(new Set(requested)).toEqual(new Set([origin]));
    await page.close();
  });
});
