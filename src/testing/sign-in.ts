import { request } from 'undici';
import * as check from '../web/options/check-options.js';

/** What a person types on the pools' pages. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Used when the pool asks for one, because the password is temporary. */
  readonly newPassword?: string | undefined;
}

/** A browser's worth of cookies after a sign-in. */
export interface SignedInBrowser {
  /** Where the sign-in ended: the page that was asked for, or the error page. */
  readonly url: string;
  readonly status: number;
  readonly html: string;
  /** The callback's address, with its code: used up by now. */
  readonly callbackUrl: string | undefined;
  /**
   * For further requests to the site; they say that a page of it sends them, as unsafe methods
   * must.
   */
  readonly headers: { readonly cookie: string; readonly origin: string };
}

interface Visit {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: string;
}

interface Answer {
  readonly visit: Visit;
  readonly status: number;
  readonly html: string;
  readonly location: string | undefined;
}

const MAX_STEPS = 25;

const address = check.option(
  (value) => (typeof value === 'string' && URL.canParse(value) ? undefined : 'is none'),
  'give the whole address of a guarded page, or of /login',
);

const whatIsTyped = check.optionsOf<Credentials>(
  {
    username: check.text('give what the person types'),
    password: check.text('give what the person types'),
    newPassword: check.optional(check.text('give one, or leave it out')),
  },
  'give { username, password }',
);

/**
 * Goes through the whole sign-in without a browser: opens a page that needs one, follows the
 * redirects, gives the credentials on the embedded pools' own pages, and comes back. The site and
 * the pools must be listening.
 *
 * @param url a guarded page of the site, or its `/login`
 * @throws {Error} when it does not come to an end
 * @throws {TypeError} when the address or the credentials cannot be meant
 */
export async function signIn(
  url: string,
  credentials: Credentials,
  ...further: readonly []
): Promise<SignedInBrowser> {
  check.refuseFurther('signIn', further);
  check.checkOptions('signIn', address, url, 'url');
  check.checkOptions('signIn', whatIsTyped, credentials, 'credentials');
  const jar: Jar = new Map();
  let callbackUrl: string | undefined;
  let visit: Visit = { method: 'GET', url };
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (/\/callback\?/.test(visit.url)) callbackUrl = visit.url;
    const answer = await send(jar, visit);
    const next = nextVisit(answer, credentials);
    if (next === undefined) {
      const site = callbackUrl ?? url;
      const headers = { cookie: cookiesFor(jar, site), origin: new URL(site).origin };
      return {
        url: visit.url,
        status: answer.status,
        html: answer.html,
        callbackUrl,
        headers,
      };
    }
    visit = next;
  }
  throw new Error(`The sign-in did not end: the last page was ${new URL(visit.url).pathname}`);
}

type Jar = Map<string, { path: string; host: string; pair: string }>;

/** As a navigation of a browser's tab: a program would get no pages. */
async function send(jar: Jar, visit: Visit): Promise<Answer> {
  const { method, url, body } = visit;
  const response = await request(url, {
    method,
    headers: {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      origin: new URL(url).origin,
      cookie: cookiesFor(jar, url),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(body !== undefined && { body }),
  });
  for (const line of [response.headers['set-cookie'] ?? []].flat()) keep(jar, url, line);
  const { location } = response.headers;
  return {
    visit,
    status: response.statusCode,
    html: await response.body.text(),
    location: typeof location === 'string' ? new URL(location, url).href : undefined,
  };
}

function nextVisit(
  { visit, status, html, location }: Answer,
  { username, password, newPassword = password }: Credentials,
): Visit | undefined {
  if (status >= 300 && status < 400 && location !== undefined) {
    return { method: 'GET', url: location };
  }
  const given: Record<string, string> = html.includes('name="new_password"')
    ? { username, new_password: newPassword, new_password_confirm: newPassword }
    : { username, password };
  // The pools' own message means that the credentials were not taken; asking again would not end.
  const wasRefused = visit.method === 'POST' && html.includes('role="alert"');
  const form = wasRefused ? undefined : formWith(html, Object.keys(given));
  if (form === undefined) return undefined;
  const fields = new URLSearchParams({ ...form.hidden, ...given });
  return { method: 'POST', url: new URL(form.action, visit.url).href, body: fields.toString() };
}

/** The embedded pools' forms, of which this knows the shape. */
function formWith(
  html: string,
  names: readonly string[],
): { action: string; hidden: Record<string, string> } | undefined {
  for (const [, attributes = '', content = ''] of html.matchAll(
    /<form([^>]*)>([\s\S]*?)<\/form>/g,
  )) {
    if (!names.every((name) => content.includes(`name="${name}"`))) continue;
    const hidden = [...content.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, unescaped(value)],
    );
    const action = unescaped(/action="([^"]*)"/.exec(attributes)?.[1] ?? '');
    return { action, hidden: Object.fromEntries(hidden) as Record<string, string> };
  }
  return undefined;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const unescaped = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);

/** Cookies do not know ports; the paths keep the pools of one host apart. */
function keep(jar: Jar, url: string, line: string): void {
  const [pair = '', ...attributes] = line.split(/;\s*/);
  const attribute = (name: string): string | undefined =>
    attributes.find((each) => each.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const { hostname } = new URL(url);
  const path = attribute('path') ?? '/';
  const key = [hostname, path, pair.split('=')[0]].join(' ');
  if (attribute('max-age') === '0' || pair.endsWith('=')) jar.delete(key);
  else jar.set(key, { path, host: hostname, pair });
}

function cookiesFor(jar: Jar, url: string): string {
  const { hostname, pathname } = new URL(url);
  return [...jar.values()]
    .filter(({ host, path }) => host === hostname && pathname.startsWith(path))
    .map(({ pair }) => pair)
    .join('; ');
}
