import type { Pool } from '../../src/pools/index.js';
import { type Browser, createBrowser, type Page } from '../support/browser.js';
import { fieldNames } from '../support/forms.js';
import { app, callback } from './seed.js';

/** Parameters on top of, or with `undefined` instead of, the usual ones. */
export type Parameters = Record<string, string | undefined>;
export type Credentials = { username: string; password: string };

/** A browser that goes everywhere but to the app, which is not running. */
export const openBrowser = (): Browser => createBrowser({ stopAt: `${app}/` });

/** A pool's `/oauth2/authorize` or `/login` with what every client sends. */
export function authorizeUrl(
  pool: Pool,
  client: string,
  parameters: Parameters = {},
  path = '/oauth2/authorize',
): string {
  const query = parametersOf({
    client_id: pool.client(client).id,
    response_type: 'code',
    scope: 'openid email profile',
    redirect_uri: callback,
    state: 'st-1',
    ...parameters,
  });
  return `${pool.domain}${path}?${query}`;
}

/** From the authorization endpoint through the login form, to wherever that leads. */
export async function signIn(
  browser: Browser,
  pool: Pool,
  client: string,
  { username, password }: Credentials,
  parameters: Parameters = {},
): Promise<Page> {
  const loginPage = await browser.get(authorizeUrl(pool, client, parameters));
  return submitCredentials(browser, loginPage, { username, password });
}

/** Fills the login form of a page as it is. */
export async function submitCredentials(
  browser: Browser,
  loginPage: Page,
  { username, password }: Credentials,
): Promise<Page> {
  return browser.submit(loginPage, { username, password });
}

/** Signs in at the master pool by way of the upstream pool, through the provider's button. */
export async function signInThroughUpstream(
  browser: Browser,
  master: Pool,
  client: string,
  credentials: Credentials,
  parameters: Parameters = {},
): Promise<Page> {
  const provider = parameters['identity_provider'] ?? 'oidc-pool-2';
  const chooser = await browser.get(
    authorizeUrl(master, client, { ...parameters, identity_provider: undefined }),
  );
  const loginPage = await browser.click(chooser, provider);
  return submitCredentials(browser, loginPage, credentials);
}

/** Fills every password field of the page, as the person told to choose a new password does. */
export async function chooseNewPassword(
  browser: Browser,
  page: Page,
  password: string,
  repeated: string = password,
): Promise<Page> {
  const fields = passwordFields(page);
  if (fields.length < 2) throw new Error(`No new-password form at ${page.url}: ${page.text()}`);
  const [first = '', second = ''] = fields;
  return browser.submit(page, { [first]: password, [second]: repeated });
}

/** True for the page that makes somebody choose a new password. */
export const asksForNewPassword = (page: Page): boolean => passwordFields(page).length >= 2;

/** True for a page that asks for a user name and a password. */
export const asksForPassword = (page: Page): boolean =>
  page.document.querySelector('input[name=username]') !== null &&
  page.document.querySelector('input[name=password]') !== null;

/** The code the browser was sent to the app with. */
export function codeIn(page: Page): string {
  const code = page.query.get('code');
  if (page.visited || code === null) {
    const end = page.url.replace(/([?&](?:state|code)=[^&]{8})[^&]+/g, '$1…');
    throw new Error(`No code: ended at ${end} (${page.status}) ${page.text().slice(0, 300)}`);
  }
  return code;
}

/** Form-encodes parameters, leaving out those that are `undefined`. */
export function parametersOf(parameters: Parameters): URLSearchParams {
  const present = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return new URLSearchParams(present);
}

function passwordFields(page: Page): string[] {
  const form = page
    .forms()
    .find((each) => each.querySelectorAll('input[type=password]').length >= 2);
  if (!form) return [];
  return fieldNames(form).filter((name) =>
    form.querySelector(`input[name="${name}"][type=password]`),
  );
}
