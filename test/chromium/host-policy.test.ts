import type { Page } from 'playwright-core';
import helmet from 'helmet';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium, type Chromium } from '../support/chromium.js';
import { startHost, type Host } from '../support/host.js';
import { giveCredentials, heading } from './support/people.js';
import { withPasswordChosen } from './support/stage.js';

const FORM = '<h1>Host</h1><form method="post" action="/logout"><button>Leave</button></form>';

describe.skipIf(inject('chromium') === undefined)(
  'at a host with helmet’s defaults and a sign-out form of its own, in Chromium',
  () => {
    let host: Host;
    let chromium: Chromium;
    let page: Page;
    const blocked: string[] = [];
    beforeAll(async () => {
      host = await startHost(
        (app, rp) => {
          app.use(helmet());
          app.use(rp.routes);
          app.get('/', rp.requireSession(), (_req, res) => void res.send(FORM));
          app.get('/public', (_req, res) => void res.send(FORM));
        },
        { seed: withPasswordChosen },
      );
      chromium = await launchChromium(inject('chromium') ?? '');
      page = await chromium.context.newPage();
      page.on('console', (message) => blocked.push(message.text()));
    });
    afterAll(async () => {
      await chromium.close();
      await host.stop();
    });

    async function asksForThePassword(): Promise<void> {
      await page.goto(`${host.url}/`);
      await page.getByLabel('Password', { exact: true }).waitFor();
    }

    it('the form leads through both pools, and the next sign-in asks for the password', async () => {
      await page.goto(`${host.url}/`);
      await giveCredentials(page);
      await page.waitForURL(`${host.url}/`);
      await page.getByRole('button', { name: 'Leave' }).click();
      await page.waitForURL(`${host.url}/signed-out`);
      expect(await heading(page)).toBe('You are signed out');
      for (const pool of ['oidc-pool-1', 'oidc-pool-2']) {
        expect(host.pools.requests(pool, '/logout').map(({ status }) => status)).toEqual([302]);
      }
      await asksForThePassword();
      expect(blocked).toEqual([]);
    });

    it('so does the form when it finishes a sign-out that was interrupted', async () => {
      await giveCredentials(page);
      await page.waitForURL(`${host.url}/`);
      host.pools.faults.always('oidc-pool-1', 'logout', { hang: true });
      const firstHop = page.waitForRequest(/oidc-pool-1\/logout/);
      await page.getByRole('button', { name: 'Leave' }).click({ noWaitAfter: true });
      await firstHop;
      host.pools.faults.clear();
      await page.goto(`${host.url}/public`);
      await page.getByRole('button', { name: 'Leave' }).click();
      await page.waitForURL(`${host.url}/signed-out`);
      expect(await heading(page)).toBe('You are signed out');
      await asksForThePassword();
      expect(blocked).toEqual([]);
    });
  },
);

describe.skipIf(inject('chromium') === undefined)(
  'at a host with helmet’s defaults and a form that needs a session, in Chromium',
  () => {
    it('who sends it without one is told so, signs in, and can send it again', async () => {
      const host = await startHost(
        (app, rp) => {
          app.use(helmet({ referrerPolicy: { policy: 'same-origin' } }));
          app.use(rp.routes);
          app.get('/edit', (_req, res) => {
            res.send('<form method="post" action="/save"><button>Save</button></form>');
          });
          app.post('/save', rp.requireSession(), (_req, res) => void res.send('<h1>Saved</h1>'));
        },
        { seed: withPasswordChosen },
      );
      const chromium = await launchChromium(inject('chromium') ?? '');
      const page = await chromium.context.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      await page.goto(`${host.url}/edit?draft=7`);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForURL(`${host.url}/save`);
      expect(await heading(page)).toBe('Sign in, then send it again');
      await page.getByRole('link', { name: 'Sign in', exact: true }).last().click();
      await giveCredentials(page);
      await page.waitForURL(`${host.url}/edit?draft=7`);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForURL(`${host.url}/save`);
      expect(await heading(page)).toBe('Saved');
      expect(said.filter((each) => each.includes('form-action'))).toEqual([]);
      await chromium.close();
      await host.stop();
    });
  },
);

describe.skipIf(inject('chromium') === undefined)(
  'at a host with the policy that docs/library.md names, in Chromium',
  () => {
    it('a GET form to a page that turns out to need a sign-in leads through it', async () => {
      const host = await startHost(
        (app, rp) => {
          app.use((_req, res, next) => {
            const pools = ['oidc-pool-1', 'oidc-pool-2'].map(
              (name) => host.pools.pool(name).domain,
            );
            const formAction = ["'self'", ...pools.map((domain) => new URL(domain).origin)];
            helmet({
              referrerPolicy: { policy: 'same-origin' },
              contentSecurityPolicy: { directives: { formAction } },
            })(_req, res, next);
          });
          app.use(rp.routes);
          app.get('/', (_req, res) => {
            res.send(
              '<form action="/search"><input name="q" value="boats"><button>Go</button></form>',
            );
          });
          app.get('/search', rp.requireSession(), (req, res) => {
            res.send(`<h1>${new URL(req.originalUrl, host.url).searchParams.get('q')}</h1>`);
          });
        },
        { seed: withPasswordChosen },
      );
      const chromium = await launchChromium(inject('chromium') ?? '');
      const page = await chromium.context.newPage();
      await page.goto(host.url);
      await page.getByRole('button', { name: 'Go' }).click();
      await giveCredentials(page);
      await page.waitForURL(`${host.url}/search?q=boats`);
      expect(await heading(page)).toBe('boats');
      await chromium.close();
      await host.stop();
    });
  },
);
