import { statSync } from 'node:fs';
import type { SessionStore } from '../../sessions/session-store.js';
import {
  aFunction,
  checkOptions,
  listOf,
  option,
  optional,
  optionsOf,
  refined,
  seconds,
  text,
  textThat,
  trueOrFalse,
  type Check,
} from '../../web/options/check-options.js';
import { isLocalUrl } from '../../web/request/local-url.js';
import type { ProxyOptions } from '../provider/calls/proxy.js';
import type { RelyingPartyViews } from '../views.js';
import { api, issuer } from './check-api.js';
import { clientOptions, fittingClient } from './check-client.js';
import { hasOneTwice, identityProviders } from './check-identity-providers.js';
import type { RelyingPartyOptions } from './options.js';
import {
  LEAST_SECRET_BYTES,
  MOST_LOGIN_SECONDS,
  MOST_SESSION_SECONDS,
  problemWithBasePath,
  problemWithNamespace,
  problemWithOrigin,
  problemWithScope,
} from './values.js';

/** Empty text is as if it were left out. */
const textOrNothing = (problemWith: (value: string) => string | undefined, fix: string): Check =>
  optional(option((value) => (typeof value === 'string' ? problemWith(value) : 'is no text'), fix));

const localPath = (fix: string): Check =>
  optional(option((value) => (isLocalUrl(value) ? undefined : 'is no path'), fix));

const secrets = option((value) => {
  if (!Array.isArray(value)) return 'is no list';
  if (value.length === 0) return 'is empty';
  const bytes = value.map((each) => (typeof each === 'string' ? Buffer.byteLength(each) : 0));
  const least = Math.min(...bytes);
  return least < LEAST_SECRET_BYTES ? `has one of ${least} bytes` : undefined;
}, `give at least one, each of ${LEAST_SECRET_BYTES} bytes or more (openssl rand -base64 32)`);

/**
 * What is called of a store; one that lacks some of it would fail in the middle of a sign-in, or an
 * hour after it.
 */
const STORE_METHODS: readonly (keyof SessionStore)[] = [
  'create',
  'read',
  'readTokens',
  'update',
  'destroy',
  'find',
  'lock',
  'renewLock',
  'unlock',
  'ping',
];

const store = option((value) => {
  const given = (value ?? {}) as Partial<SessionStore>;
  const missing = STORE_METHODS.filter((name) => typeof given[name] !== 'function');
  if (missing.length === 0) return undefined;
  return missing.length === STORE_METHODS.length
    ? 'is no session store'
    : `lacks ${missing.join(', ')}`;
}, 'use await openSessionStore(…), or write all that SessionStore has');

const proxyOptions = optionsOf<ProxyOptions>({
  url: option(problemWithProxy, 'write e.g. http://proxy.example.com:3128'),
  noProxy: optional(listOf(text('give names of hosts'), 'give a list of hosts')),
});

/** An address alone is `{ url }`. */
const proxy: Check = (value, tell) =>
  proxyOptions(typeof value === 'string' ? { url: value } : value, tell);

/** It may have a user name and password in it. */
function problemWithProxy(value: unknown): string | undefined {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  return ['http:', 'https:'].includes(url?.protocol ?? '') ? undefined : 'is no http or https URL';
}

const pageName = optional(aFunction('give a function that returns a page, or leave it out'));

const viewsFolder = option((value) => {
  const isPath = value instanceof URL || (typeof value === 'string' && value !== '');
  if (!isPath) return 'is neither a path nor a URL';
  return isFolder(value) ? undefined : 'is no folder';
}, 'give one that is there, or leave it out');

function isFolder(value: string | URL): boolean {
  try {
    return statSync(value).isDirectory();
  } catch {
    // Not there, or no path at all.
    return false;
  }
}

/** What each option must be; the test kit knows better of some than that they must be given. */
export const optionChecks: Readonly<Record<keyof RelyingPartyOptions, Check>> = {
  issuer,
  ...clientOptions,
  pushedAuthorizationRequests: optional(trueOrFalse),
  baseUrl: textThat(problemWithOrigin, 'write e.g. https://www.example.com'),
  session: optionsOf<RelyingPartyOptions['session']>(
    {
      secrets,
      store,
      idleSeconds: optional(seconds(1, MOST_SESSION_SECONDS)),
      absoluteSeconds: optional(seconds(1, MOST_SESSION_SECONDS)),
      claims: optional(listOf(text('give names of claims'), 'give a list of claims')),
    },
    'give { secrets, store }',
  ),
  basePath: textOrNothing(problemWithBasePath, 'write e.g. /auth, or leave it out'),
  cookieNamespace: textOrNothing(problemWithNamespace, 'write one word'),
  scope: optional(textThat(problemWithScope, 'write e.g. openid email profile')),
  identityProviders: optional(identityProviders),
  emailIsVerified: optional(trueOrFalse),
  revokeReplaced: optional(trueOrFalse),
  loginSeconds: optional(seconds(1, MOST_LOGIN_SECONDS)),
  api,
  profilePath: localPath('write e.g. /profile'),
  homePath: localPath('write e.g. /'),
  proxy: optional(proxy),
  viewsFolder: optional(viewsFolder),
  render: optional(
    optionsOf<RelyingPartyViews>({
      'sign-in': pageName,
      'continue-to-provider': pageName,
      logout: pageName,
      'continue-signing-out': pageName,
      'signed-out': pageName,
      sessions: pageName,
      error: pageName,
    }),
  ),
  fetch: optional(aFunction('give what Node calls fetch, or leave it out')),
  now: optional(aFunction('give e.g. Date.now, or leave it out')),
};

const eachByItself = optionsOf<RelyingPartyOptions>(
  optionChecks,
  'give { issuer, clientId, clientSecret, baseUrl, session }',
);

const distinctIssuers = refined<RelyingPartyOptions>(
  fittingClient(eachByItself),
  ({ issuer: own, api: { issuers = [] } = {} }) =>
    hasOneTwice([own, ...issuers.map((each) => each.issuer)])
      ? 'has an issuer twice; use api.clientIds for our own issuer'
      : undefined,
  ['api', 'issuers'],
);

const relyingPartyOptions = refined<RelyingPartyOptions>(
  distinctIssuers,
  ({ proxy: way, fetch: own }) =>
    way !== undefined && own !== undefined
      ? 'has no effect with a fetch of your own; leave one of them out'
      : undefined,
  ['proxy'],
);

/**
 * Misuse by the programmer ends at construction and names the option and the fix; TypeScript finds
 * most of it earlier.
 *
 * @throws {TypeError}
 */
export function checkRelyingPartyOptions(options: RelyingPartyOptions): RelyingPartyOptions {
  return checkOptions('createRelyingParty', relyingPartyOptions, options);
}
