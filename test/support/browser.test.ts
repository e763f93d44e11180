import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createBrowser } from './browser.js';
import { launchChromium } from './chromium.js';

/**
 * What a server sees of a navigation: method, path, and the headers that decide about sessions and
 * CSRF.
 */
type Seen = Record<string, string | undefined>;

const seen: Seen[] = [];

/**
 * `/to?url=` redirects and sets cookies; every other page has a form, and a link to its `link`
 * parameter.
 */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://any');
  if (pathname === '/favicon.ico') return void response.writeHead(404).end();
  const { host, origin, referer, cookie } = request.headers;
  const fetchSite = request.headers['sec-fetch-site']?.toString();
  const [hostname] = host?.split(':') ?? [];
  seen.push({ method: request.method, pathname, hostname, fetchSite, origin, referer, cookie });

  if (pathname === '/to') {
    const setCookie = [
      'lax=1; Path=/; HttpOnly; SameSite=Lax',
      'strict=1; Path=/; SameSite=Strict',
    ];
    response.writeHead(302, { location: searchParams.get('url') ?? '/', 'set-cookie': setCookie });
    return void response.end();
  }
  if (pathname === '/no-referrer') response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Page</title>
    <form method="post" action="/posted?a=1&amp;b=2"><input name="c" value="&quot;d"><button>Go</button></form>
    <a href="${searchParams.get('link') ?? '/'}">Link</a>`);
}

const server = createServer(answer);
let localhost = '';
let loopback = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  [localhost, loopback] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
});
beforeEach(() => void seen.splice(0));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const to = (origin: string, url: string): string => `${origin}/to?url=${encodeURIComponent(url)}`;

describe('the scripted browser', () => {
  it.skipIf(inject('chromium') === undefined)(
    'sends what Chromium sends, from a typed address through links and forms across sites',
    async () => {
      const link = encodeURIComponent(to(loopback, '/no-referrer'));
      const start = to(localhost, to(loopback, `${localhost}/page?link=${link}`));

      await using chromium = await launchChromium(inject('chromium') ?? '');
      const tab = await chromium.context.newPage();
      await tab.goto(start);
      await tab.click('a');
      await tab.waitForURL('**/no-referrer');
      await tab.click('button');
      await tab.waitForURL('**/posted?*');
      await tab.click('button');
      await tab.waitForURL('**/posted?*');
      const real = seen.splice(0);

      const browser = createBrowser();
      let page = await browser.get(start);
      page = await browser.click(page, 'Link');
      page = await browser.submit(page);
      await browser.submit(page);
      expect(seen).toEqual(real);
      expect(real).toHaveLength(7);
    },
  );

  it('stops before an address it was told not to visit, and says where it would have gone', async () => {
    const browser = createBrowser({ stopAt: `${loopback}/` });
    const page = await browser.get(to(localhost, `${loopback}/page?code=1#x=2`));
    expect(page).toMatchObject({ visited: false, status: 302, url: `${loopback}/page?code=1#x=2` });
    expect([page.query.get('code'), page.fragment.get('x')]).toEqual(['1', '2']);
    expect(seen).toHaveLength(1);
  });

  it('keeps one cookie jar per host, whatever the port', async () => {
    const browser = createBrowser();
    await browser.get(to(localhost, '/page'));
    const names = (url: string): string[] => browser.cookies(url).map(({ key }) => key);
    expect(names('http://localhost:1/')).toEqual(['lax', 'strict']);
    expect(names(loopback)).toEqual([]);
  });

  it('refuses to fill a field that is not there', async () => {
    const browser = createBrowser();
    const page = await browser.get(`${localhost}/page`);
    await expect(browser.submit(page, { nobody: 'x' })).rejects.toThrow('nobody');
  });
});
