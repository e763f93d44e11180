import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { callers, DECIDING_HEADERS } from '../support/callers.js';
import { launchChromium, type Chromium } from '../support/chromium.js';

interface Seen {
  readonly method: string | undefined;
  readonly headers: Record<string, string>;
}

/** Passes navigations on in the three ways there are, as the address says. */
const worker = `
  self.addEventListener('install', () => self.skipWaiting());
  self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  self.addEventListener('fetch', (event) => {
    const { request } = event;
    const how = new URL(request.url).searchParams.get('worker');
    if (how === 'passes') event.respondWith(fetch(request));
    if (how === 'with options') event.respondWith(fetch(request, { credentials: 'include' }));
    if (how === 'anew') event.respondWith(fetch(request.url));
  });`;

const register =
  "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => undefined)";

describe.skipIf(inject('chromium') === undefined)(
  'what Chromium really sends is the row of',
  () => {
    let server: Server;
    let chromium: Chromium;
    let plain: BrowserContext;
    let behindBasic: BrowserContext;
    /** A tab of its own for each row. */
    let page: Page;
    const seen = new Map<string, (value: Seen) => void>();

    beforeAll(async () => {
      server = createServer((req, res) => {
        const { pathname, searchParams } = new URL(req.url ?? '', 'http://localhost');
        if (pathname === '/protected' && req.headers.authorization === undefined) {
          res.statusCode = 401;
          res.setHeader('www-authenticate', 'Basic realm="staging"');
          res.end();
          return;
        }
        seen.get(searchParams.get('as') ?? '')?.({
          method: req.method,
          headers: deciding(req.headers),
        });
        res.setHeader('content-type', pathname === '/worker.js' ? 'text/javascript' : 'text/html');
        res.end(pathname === '/worker.js' ? worker : '<!doctype html><title>Page</title><body>');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      chromium = await launchChromium(inject('chromium')!);
      const browser = chromium.context.browser()!;
      const baseURL = `http://localhost:${(server.address() as AddressInfo).port}`;
      const httpCredentials = { username: 'u', password: 'p' };
      plain = await browser.newContext({ baseURL });
      behindBasic = await browser.newContext({ baseURL, httpCredentials });
    });
    afterAll(async () => {
      await chromium.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    const deciding = (headers: IncomingHttpHeaders): Record<string, string> =>
      Object.fromEntries(
        DECIDING_HEADERS.flatMap((name) => {
          const value = headers[name];
          return value === undefined ? [] : [[name, String(value)]];
        }),
      );

    /** Does it on a page of the site, and gives the request that names `as`. */
    async function captured(as: string, act: () => Promise<unknown>, from = '/'): Promise<Seen> {
      page = await (from === '/protected' ? behindBasic : plain).newPage();
      await page.goto(from);
      if (from === '/behind-worker') await page.evaluate(register);
      const arrived = new Promise<Seen>((resolve) => seen.set(as, resolve));
      // A download and a request whose page goes away fail in the browser; what counts is what
      // came.
      act().catch(() => undefined);
      return arrived;
    }

    const run = (script: string) => (): Promise<unknown> => page.evaluate(`void (${script})`);
    const element = (tag: string, attributes: object) =>
      run(
        `document.body.append(Object.assign(document.createElement('${tag}'), ${JSON.stringify(attributes)}))`,
      );
    const submit = (action: string) =>
      run(
        `(() => { document.body.innerHTML = '<form method=post action="${action}"><button>'; document.querySelector('button').click(); })()`,
      );
    const click = (attributes: object) =>
      run(`Object.assign(document.createElement('a'), ${JSON.stringify(attributes)}).click()`);
    const speculate = (kind: string) =>
      element('script', {
        type: 'speculationrules',
        textContent: JSON.stringify({ [kind]: [{ source: 'list', urls: [`/?as=${kind}`] }] }),
      });
    const go = (path: string) => () => page.goto(path);

    /** By the row's words: how Chromium is made to do it. */
    const deeds: [who: string, as: string, act: () => Promise<unknown>, from?: string][] = [
      ['the address bar', 'bar', go('/?as=bar')],
      ['a link', 'link', click({ href: '/?as=link' })],
      ['a form', 'form', submit('/?as=form')],
      ['a frame', 'iframe', element('iframe', { src: '/?as=iframe' })],
      ['an object', 'object', element('object', { data: '/?as=object' })],
      ['an embed', 'embed', element('embed', { src: '/?as=embed' })],
      ['a link with download', 'download', click({ href: '/?as=download', download: 'x' })],
      ['fetch()', 'fetch', run(`fetch('/?as=fetch')`)],
      [
        'fetch() that asks for HTML',
        'html',
        run(`fetch('/?as=html', { headers: { accept: 'text/html' } })`),
      ],
      [
        'fetch() of its own origin that asks for HTML',
        'own',
        run(`fetch('/?as=own', { mode: 'same-origin', headers: { accept: 'text/html' } })`),
      ],
      ['fetch() that posts', 'post', run(`fetch('/?as=post', { method: 'POST', body: 'x' })`)],
      [
        'XMLHttpRequest',
        'xhr',
        run(`(() => { const x = new XMLHttpRequest(); x.open('GET', '/?as=xhr'); x.send(); })()`),
      ],
      ['sendBeacon()', 'beacon', run(`navigator.sendBeacon('/?as=beacon')`)],
      ['EventSource', 'events', run(`new EventSource('/?as=events')`)],
      ['an image', 'img', element('img', { src: '/?as=img' })],
      ['a script', 'script', element('script', { src: '/?as=script' })],
      ['a stylesheet', 'style', element('link', { rel: 'stylesheet', href: '/?as=style' })],
      ['a video', 'video', element('video', { src: '/?as=video' })],
      [
        '<link rel=prefetch>',
        'relprefetch',
        element('link', { rel: 'prefetch', href: '/?as=relprefetch' }),
      ],
      ['a prefetch by speculation rules', 'prefetch', speculate('prefetch')],
      ['a prerender by speculation rules', 'prerender', speculate('prerender')],
      ['a page behind HTTP Basic', 'basic', go('/protected?as=basic'), '/protected'],
      [
        'fetch() behind HTTP Basic',
        'basicfetch',
        run(`fetch('/protected?as=basicfetch')`),
        '/protected',
      ],
      ['a form behind HTTP Basic', 'basicform', submit('/protected?as=basicform'), '/protected'],
      [
        'a page through a service worker that passes it on',
        'passes',
        go('/?as=passes&worker=passes'),
        '/behind-worker',
      ],
      [
        'a form through a service worker that passes it on',
        'passform',
        submit('/?as=passform&worker=passes'),
        '/behind-worker',
      ],
      [
        'a page through a service worker that passes it on with an option',
        'init',
        go('/?as=init&worker=with%20options'),
        '/behind-worker',
      ],
      [
        'a page through a service worker that fetches its address anew',
        'anew',
        go('/?as=anew&worker=anew'),
        '/behind-worker',
      ],
    ];

    it.each(deeds)('%s', async (who, as, act, from) => {
      const row = callers.find((each) => each.from === 'Chromium' && each.who === who);
      const { method, headers } = await captured(as, act, from);
      expect({ method, headers: comparable(headers) }).toEqual({
        method: row?.method,
        headers: comparable(row?.headers ?? {}),
      });
    });

    it('every row that says Chromium, and no other', () => {
      const rows = callers.filter(({ from }) => from === 'Chromium').map(({ who }) => who);
      expect(deeds.map(([who]) => who).toSorted()).toEqual(rows.toSorted());
    });
  },
);

/** Which image formats a browser takes changes with its version. */
const comparable = (headers: Readonly<Record<string, string>>): object => ({
  ...headers,
  ...(headers['accept'] && { accept: headers['accept'].replaceAll(/image\/[\w+]+,/g, '') }),
});
