import { statSync } from 'node:fs';
import { z } from 'zod';
import * as values from '../program/config/values.js';
import type { IdentityProvider, UpstreamSignOut } from '../program/config/settings.js';
import {
  aFunction,
  checkOptions,
  listOf,
  objectOf,
  option,
  optionsOf,
  seconds,
  text,
  textLike,
  trueOrFalse,
} from '../errors/check-options.js';
import type { SessionStore } from '../sessions/session-store.js';
import { SCOPE_TOKEN } from '../tokens/scope-token.js';
import { isLocalUrl } from '../web/request/local-url.js';
import { clientOptions, refineClient } from './check-client.js';
import type { ProxyOptions } from './provider/calls/proxy.js';
import type { ApiIssuer, ApiOptions, RelyingPartyOptions } from './options.js';
import type { RelyingPartyViews } from './views.js';

type SignOut<Kind extends UpstreamSignOut['kind']> = Extract<UpstreamSignOut, { kind: Kind }>;

/** Clocks that differ by more are wrong, and a token that has expired should not be good for longer. */
const MOST_TOLERANCE_SECONDS = 600;

/** Empty text is as if it were left out. */
const textOrNothing = (schema: z.ZodType<unknown, string>, fix: string): z.ZodType =>
  option((value) => {
    if (value === '') return undefined;
    return typeof value === 'string'
      ? schema.safeParse(value).error?.issues[0]?.message
      : 'is no text';
  }, fix).optional();

const localPath = (fix: string): z.ZodType =>
  option((value) => (isLocalUrl(value) ? undefined : 'is no path'), fix).optional();

const issuer = textLike(values.urlWithoutQuery, 'copy it from the discovery document');

const clientSecret = option((value) => {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const isOne = list.every((each) => typeof each === 'string' && each !== '');
  if (list.length > values.mostClientSecrets) return `has more than ${values.mostClientSecrets}`;
  return value === null || (isOne && list.length > 0) ? undefined : 'is none';
}, 'give it, or write null for a public client');

const secrets = option((value) => {
  if (!Array.isArray(value)) return 'is no list';
  if (value.length === 0) return 'is empty';
  const bytes = value.map((each) => (typeof each === 'string' ? Buffer.byteLength(each) : 0));
  const least = Math.min(...bytes);
  return least < values.leastSecretBytes ? `has one of ${least} bytes` : undefined;
}, `give at least one, each of ${values.leastSecretBytes} bytes or more (openssl rand -base64 32)`);

/** What is called of a store; one that lacks some of it would fail in the middle of a sign-in, or an hour after it. */
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

const signOut = z.discriminatedUnion(
  'kind',
  [
    objectOf<SignOut<'cognito'>>({
      kind: z.literal('cognito'),
      domain: textLike(values.urlWithoutQuery, "give the pool's domain, https://…"),
      clientId: text('give the client ID that the master pool has there'),
    }),
    objectOf<SignOut<'oidc'>>({
      kind: z.literal('oidc'),
      endSessionEndpoint: textLike(values.secureUrl, "copy the provider's end_session_endpoint"),
      clientId: text('give the client ID there, or leave it out').optional(),
    }),
    objectOf<SignOut<'none'>>({
      kind: z.literal('none'),
      advice: text('write a sentence that tells the user what to do instead'),
    }),
  ],
  {
    error: ({ code, input }) => {
      const problem = input === undefined ? 'is undefined' : 'is none that we know';
      const kinds = '"cognito", "oidc" or "none"';
      return code === 'invalid_union'
        ? `${problem}; write ${kinds}`
        : `${problem}; give an object with a kind of ${kinds}`;
    },
  },
);

const emailDomain = option((value) => {
  const isDomain = typeof value === 'string' && /^[^\s@A-Z]+$/.test(value);
  return isDomain ? undefined : 'is none';
}, 'write domains in lower case, without @');

const identityProviders = listOf(
  optionsOf<IdentityProvider>({
    name: text('give the name it has in the user pool'),
    label: text('give what its button says'),
    emailDomains: listOf(emailDomain, 'write [] for none'),
    signOut,
    emailIsVerified: trueOrFalse.optional(),
  }),
  'give a list of providers',
).superRefine((providers, context) => {
  const list = providers as readonly IdentityProvider[];
  // As a user pool compares them: who came through which is found without case.
  const names = list.map(({ name }) => name.toLowerCase());
  if (new Set(names).size < names.length) {
    context.addIssue({ code: 'custom', message: 'names one twice; give each its own name' });
  }
  const domains = list.flatMap(({ emailDomains }) => emailDomains);
  if (new Set(domains).size < domains.length) {
    const message = 'has an e-mail domain twice; a choice would depend on the order';
    context.addIssue({ code: 'custom', message });
  }
});

/** An empty list would be met by no token at all, and `undefined` in one by none that is meant. */
const audience = option((value) => {
  const audiences = Array.isArray(value) ? (value as unknown[]) : [value];
  const isOne = audiences.every((each) => typeof each === 'string' && each !== '');
  return value === null || (isOne && audiences.length > 0) ? undefined : 'is none';
}, 'give what aud says, one or several, or write null to look at no aud').optional();

const groupsClaim = text('give the name of a claim, or leave it out').optional();

/** Scopes and groups have options of their own; here they would come in by another door. */
const furtherClaims = listOf(
  option((value) => {
    if (typeof value !== 'string' || value === '') return 'is no name';
    return values.notFurtherClaims.includes(value) ? 'is not for this list' : undefined;
  }, 'give names of claims; for scopes and groups write scopes and groups'),
  'give a list of claims',
).optional();

const scopes = listOf(
  option(
    (value) => (typeof value === 'string' && SCOPE_TOKEN.test(value) ? undefined : 'is none'),
    'give names of scopes, one in each',
  ),
  'give a list of scopes',
).optional();

const api = optionsOf<ApiOptions>({
  audience,
  groupsClaim,
  clientIds: listOf(text('give client IDs'), 'give a list of client IDs').optional(),
  issuers: listOf(
    optionsOf<ApiIssuer>({
      issuer,
      clientIds: listOf(
        text('give client IDs'),
        'name the clients it is trusted for, in a list',
      ).min(1, 'is empty; name the clients it is trusted for'),
      audience,
      scopes,
      groups: listOf(text('give names of groups'), 'give a list of groups').optional(),
      groupsClaim,
      claims: furtherClaims,
      emailIsVerified: trueOrFalse.optional(),
    }),
    'give a list of { issuer, clientIds }',
  ).optional(),
  clockToleranceSeconds: seconds(0, MOST_TOLERANCE_SECONDS).optional(),
  scopes,
}).optional();

/** An address alone is `{ url }`. */
const proxy = z.preprocess(
  (value) => (typeof value === 'string' ? { url: value } : value),
  optionsOf<ProxyOptions>({
    url: option(problemWithProxy, 'write e.g. http://proxy.example.com:3128'),
    noProxy: listOf(text('give names of hosts'), 'give a list of hosts').optional(),
  }).optional(),
);

/** It may have a user name and password in it. */
function problemWithProxy(value: unknown): string | undefined {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  return ['http:', 'https:'].includes(url?.protocol ?? '') ? undefined : 'is no http or https URL';
}

const pageName = aFunction('give a function that returns a page, or leave it out').optional();

const viewsFolder = option((value) => {
  const isPath = value instanceof URL || (typeof value === 'string' && value !== '');
  if (!isPath) return 'is neither a path nor a URL';
  return isFolder(value) ? undefined : 'is no folder';
}, 'give one that is there, or leave it out').optional();

function isFolder(value: string | URL): boolean {
  try {
    return statSync(value).isDirectory();
  } catch {
    // Not there, or no path at all.
    return false;
  }
}

/** What each option must be; the test kit knows better of some than that they must be given. */
export const optionShapes: Readonly<Record<keyof RelyingPartyOptions, z.ZodType>> = {
  issuer,
  clientId: text('give the client ID'),
  clientSecret,
  readClientSecret: aFunction('give one that returns the secrets, or leave it out').optional(),
  ...clientOptions,
  pushedAuthorizationRequests: trueOrFalse.optional(),
  baseUrl: textLike(values.origin, 'write e.g. https://www.example.com'),
  session: optionsOf<RelyingPartyOptions['session']>(
    {
      secrets,
      store,
      idleSeconds: seconds(1, values.mostSessionSeconds).optional(),
      absoluteSeconds: seconds(1, values.mostSessionSeconds).optional(),
      claims: listOf(text('give names of claims'), 'give a list of claims').optional(),
    },
    'give { secrets, store }',
  ),
  basePath: textOrNothing(values.basePath, 'write e.g. /auth, or leave it out'),
  cookieNamespace: textOrNothing(values.cookieNamespace, 'write one word'),
  scope: textLike(values.scope, 'write e.g. openid email profile').optional(),
  identityProviders: identityProviders.optional(),
  emailIsVerified: trueOrFalse.optional(),
  revokeReplaced: trueOrFalse.optional(),
  loginSeconds: seconds(1, values.mostLoginSeconds).optional(),
  api,
  profilePath: localPath('write e.g. /profile'),
  homePath: localPath('write e.g. /'),
  proxy,
  viewsFolder,
  render: optionsOf<RelyingPartyViews>({
    'sign-in': pageName,
    'continue-to-provider': pageName,
    logout: pageName,
    'continue-signing-out': pageName,
    'signed-out': pageName,
    sessions: pageName,
    error: pageName,
  }).optional(),
  fetch: aFunction('give what Node calls fetch, or leave it out').optional(),
  now: aFunction('give e.g. Date.now, or leave it out').optional(),
};

const relyingPartyOptions = optionsOf<RelyingPartyOptions>(
  optionShapes,
  'give { issuer, clientId, clientSecret, baseUrl, session }',
)
  .superRefine((options, context) => {
    refineClient(options as RelyingPartyOptions, context);
  })
  .superRefine((options, context) => {
    const { issuer: own, api: { issuers = [] } = {} } = options as RelyingPartyOptions;
    const all = [own, ...issuers.map((each) => each.issuer)];
    if (new Set(all).size === all.length) return;
    const message = 'has an issuer twice; use api.clientIds for our own issuer';
    context.addIssue({ code: 'custom', path: ['api', 'issuers'], message });
  })
  .superRefine((options, context) => {
    const { proxy: way, fetch: own } = options as RelyingPartyOptions;
    if (way === undefined || own === undefined) return;
    const message = 'has no effect with a fetch of your own; leave one of them out';
    context.addIssue({ code: 'custom', path: ['proxy'], message });
  });

/**
 * Misuse by the programmer ends at construction and names the option and the fix; TypeScript finds most of it earlier.
 *
 * @throws {TypeError}
 */
export function checkRelyingPartyOptions(options: RelyingPartyOptions): RelyingPartyOptions {
  return checkOptions('createRelyingParty', relyingPartyOptions, options);
}
