import type { HTMLElement } from 'node-html-parser';
import { type Cookie, CookieJar } from 'tough-cookie';
import { request } from 'undici';
import { fillForm, type Submission, submitButtons } from './forms.js';
import { type Navigation, navigationHeaders, sameSiteContext } from './navigation-headers.js';
import { type Hop, Page } from './page.js';

export { Page } from './page.js';

export interface BrowserOptions {
  /**
   * Addresses (as prefixes) the browser is sent to but does not visit; an app that is not running,
   * say.
   */
  readonly stopAt?: string | readonly string[];
}

interface VisitOptions {
  /** Added to, or replacing, what a browser would send. */
  readonly headers?: Record<string, string>;
  /** `false` looks at the first answer only. Default true. */
  readonly follow?: boolean;
  /** The page whose link is followed; without it the address counts as typed. */
  readonly from?: Page;
}

interface SubmitOptions extends Omit<VisitOptions, 'from'> {
  /** CSS selector of the form; default the first form that has every named field. */
  readonly form?: string;
  /** Text or `data-testid` of the button; default the form's first. */
  readonly button?: string;
}

/**
 * A scripted browser for journeys over real HTTP: one cookie jar, shared by all ports of a host as
 * in a real one, redirects and pages that lead on by themselves followed across hosts and written
 * down, the headers of a top-level navigation. It runs no scripts.
 */
export interface Browser {
  /** Every hop so far, oldest first. */
  readonly history: readonly Hop[];
  /** Types an address, or with `from` follows a link of that page. */
  get(url: string, options?: VisitOptions): Promise<Page>;
  /** Fills a form of the page and presses a button. */
  submit(page: Page, fields?: Record<string, string>, options?: SubmitOptions): Promise<Page>;
  /** Clicks the link or button with this text or `data-testid`. */
  click(page: Page, textOrTestId: string, options?: Omit<VisitOptions, 'from'>): Promise<Page>;
  /** The cookies this address would be sent, Strict ones included. */
  cookies(url: string): Cookie[];
  /** Plants a cookie as if `url` had set it, e.g. `'name=value; Path=/'`. */
  setCookie(url: string, cookie: string): void;
  /** Forgets every cookie. */
  clearCookies(): void;
}

const MAX_REDIRECTS = 20;
/** What a page says where it was given nothing, or the wrong thing. */
const HOLE = /\bundefined\b|\bNaN\b|\[object /;

/** Opens a browser with an empty cookie jar. */
export function createBrowser(options: BrowserOptions = {}): Browser {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
  const history: Hop[] = [];
  const stopAt = [options.stopAt ?? []].flat();

  async function navigate(
    target: { method: Navigation['method']; url: string; body?: URLSearchParams },
    { headers = {}, follow = true }: VisitOptions,
    initiator: Page | undefined,
  ): Promise<Page> {
    const hops: Hop[] = [];
    const chain: string[] = [];
    let { method, url, body } = target;
    for (;;) {
      chain.push(url);
      const { hop, html } = await visit(jar, { method, chain, initiator }, body, headers);
      hops.push(hop);
      history.push(hop);
      const refreshed = refreshTarget(hop);
      const next = redirectTarget(hop) ?? refreshed;
      if (next === undefined || !follow) return new Page(url, true, html, hops);
      if (stopAt.some((prefix) => next.startsWith(prefix)))
        return new Page(next, false, html, hops);
      if (hops.length > MAX_REDIRECTS)
        throw new Error(`Redirected too often:\n${chain.join('\n')}`);
      if (![307, 308].includes(hop.status)) [method, body] = ['GET', undefined];
      // A navigation of its own, which the page began.
      if (refreshed !== undefined) [initiator, chain.length] = [new Page(url, true, html, hops), 0];
      url = next;
    }
  }

  return {
    history,
    get: async (url, visitOptions = {}) =>
      navigate({ method: 'GET', url }, visitOptions, visitOptions.from),
    submit: async (page, fields = {}, submitOptions = {}) => {
      const form = page.form(submitOptions.form ?? formWith(page, fields));
      const { button } = submitOptions;
      const pressed = button === undefined ? submitButtons(form)[0] : page.control(button);
      return navigate(fillForm(form, fields, page.url, pressed), submitOptions, page);
    },
    click: async (page, textOrTestId, visitOptions = {}) => {
      const control = page.control(textOrTestId);
      const target =
        control.localName === 'a' ? linkTarget(control, page) : pressTarget(control, page);
      return navigate(target, visitOptions, page);
    },
    cookies: (url) => jar.getCookiesSync(url),
    setCookie: (url, cookie) => void jar.setCookieSync(cookie, url),
    clearCookies: () => jar.removeAllCookiesSync(),
  };
}

/** Makes one request with the jar's cookies and keeps the cookies that come back. */
async function visit(
  jar: CookieJar,
  navigation: Navigation,
  body: URLSearchParams | undefined,
  extraHeaders: Record<string, string>,
): Promise<{ hop: Hop; html: string }> {
  const { method } = navigation;
  const url = navigation.chain.at(-1)!;
  const cookies = jar.getCookiesSync(url, { sameSiteContext: sameSiteContext(navigation) });
  const requestHeaders: Record<string, string> = navigationHeaders(navigation);
  if (cookies.length > 0)
    requestHeaders['cookie'] = cookies.map((c) => c.cookieString()).join('; ');
  if (body) requestHeaders['content-type'] = 'application/x-www-form-urlencoded';
  Object.assign(requestHeaders, extraHeaders);

  const sent = method === 'POST' ? { body: (body ?? '').toString() } : {};
  const response = await request(url, {
    method,
    headers: requestHeaders,
    ...sent,
  });
  const html = await response.body.text();
  const hole = HOLE.exec(html);
  if (hole !== null) throw new Error(`${method} ${url} answered with "${hole[0]}":\n${html}`);

  const { 'set-cookie': setCookie = [], ...others } = response.headers;
  const setCookies = [setCookie].flat();
  for (const line of setCookies) jar.setCookieSync(line, url, { ignoreError: true });
  const headers = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, [value].flat().join(', ')]),
  );
  return {
    hop: { method, url, requestHeaders, status: response.statusCode, headers, setCookies },
    html,
  };
}

/**
 * The absolute address a redirect leads to; a fragment is inherited unless the new one has its own.
 */
function redirectTarget({ status, headers, url }: Hop): string | undefined {
  const location = headers['location'];
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  const target = new URL(location, url);
  if (target.hash === '') target.hash = new URL(url).hash;
  return target.href;
}

/** Where a page sends the browser on by itself, at once. */
function refreshTarget({ headers, url }: Hop): string | undefined {
  const target = /^0; url=(.+)$/.exec(headers['refresh'] ?? '')?.[1];
  return target === undefined ? undefined : new URL(target, url).href;
}

function formWith(page: Page, fields: Record<string, string>): string {
  const names = Object.keys(fields).map((name) => `[name="${name}"]`);
  const form = page.forms().find((each) => names.every((name) => each.querySelector(name)));
  if (!form) throw new Error(`No form with ${names.join(' ')} at ${page.url}`);
  const position = page.forms().indexOf(form);
  form.setAttribute('data-form', String(position));
  return `[data-form="${position}"]`;
}

function linkTarget(link: HTMLElement, page: Page): { method: 'GET'; url: string } {
  const href = link.getAttribute('href');
  if (href === undefined) throw new Error(`The link has no href: ${link.toString()}`);
  return { method: 'GET', url: new URL(href, page.url).href };
}

function pressTarget(button: HTMLElement, page: Page): Submission {
  const id = button.getAttribute('form');
  const form = id === undefined ? button.closest('form') : page.form(`[id="${id}"]`);
  if (!form) throw new Error(`The button is in no form: ${button.toString()}`);
  return fillForm(form, {}, page.url, button);
}
