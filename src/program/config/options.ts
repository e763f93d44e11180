import { MOST_LOGIN_SECONDS, MOST_SESSION_SECONDS } from '../../relying-party/options/values.js';
import type { z } from 'zod';
import * as jsonValues from './json-values.js';
import type { Settings } from './settings.js';
import * as values from './values.js';

/** One environment variable. README.md prints this table; a test compares the two. */
export interface Option<Value> {
  readonly name: string;
  /** A second name, where tools have agreed on one; the first counts if both are set. */
  readonly alias?: string;
  readonly meaning: string;
  readonly unit: string | undefined;
  /** As one would write it; empty when nothing is meant by default, `undefined` when it must be given. */
  readonly default: string | undefined;
  /** May also come from the file that `NAME_FILE` names, and is never printed. */
  readonly isSecret: boolean;
  /** From the variable's text to the setting. */
  readonly schema: z.ZodType<Value, string>;
  /** What to do when it is missing or wrong. */
  readonly fix: string;
}

type Options = { readonly [Key in keyof Settings]: Option<Settings[Key]> };

const publicSetting = { unit: undefined, isSecret: false } as const;
const secretSetting = { unit: undefined, isSecret: true } as const;
const seconds = { unit: 'seconds', isSecret: false } as const;

/** Every setting: variable, meaning, unit, default, what is accepted, and what to do when it is wrong. */
export const options: Options = {
  port: {
    ...publicSetting,
    name: 'PORT',
    meaning: 'Port to listen on.',
    default: '3000',
    schema: values.wholeNumber([0, 65_535]),
    fix: 'write a port, e.g. 3000',
  },
  host: {
    ...publicSetting,
    name: 'HOST',
    meaning:
      'Address to listen on. Only this machine by default, since a proxy that does TLS belongs in front; `0.0.0.0` in a container.',
    default: '127.0.0.1',
    schema: values.word,
    fix: 'write an address or host name, e.g. 127.0.0.1',
  },
  baseUrl: {
    ...publicSetting,
    name: 'BASE_URL',
    meaning:
      'The public origin users see. Every URL we hand out is built from it, none from the Host header.',
    default: undefined,
    schema: values.origin,
    fix: 'write the public origin alone, e.g. https://www.example.com',
  },
  basePath: {
    ...publicSetting,
    name: 'BASE_PATH',
    meaning:
      'Path below which everything of the site is, where others share its host, e.g. `/shop`; the callback URL is then `BASE_URL/shop/callback`. Health and metrics stay at the root of the port.',
    default: '',
    schema: values.basePath,
    fix: 'write e.g. /shop, or nothing for the root',
  },
  cookieNamespace: {
    ...publicSetting,
    name: 'COOKIE_NAMESPACE',
    meaning:
      'Keeps the cookies of two programs on one host apart, e.g. `shop`: cookies know no ports. Empty: made of `BASE_PATH`. A change signs everybody out.',
    default: '',
    schema: values.optionalCookieNamespace,
    fix: 'write one word, e.g. shop',
  },
  issuer: {
    ...publicSetting,
    name: 'ISSUER',
    meaning:
      'The issuer of the master pool, or of any other OpenID provider; exactly as in its discovery document.',
    default: undefined,
    schema: values.urlWithoutQuery,
    fix: 'copy it from the user pool, e.g. https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz',
  },
  clientId: {
    ...publicSetting,
    name: 'CLIENT_ID',
    meaning: 'Our app client at the issuer.',
    default: undefined,
    schema: values.word,
    fix: 'copy the client ID from the app client',
  },
  clientSecrets: {
    ...secretSetting,
    name: 'CLIENT_SECRET',
    meaning:
      'Its secret, or two while one replaces the other, newest first, with a blank or line break between. The file of `CLIENT_SECRET_FILE` is read again when it changes. A public client has none: write `none`, so that it is never forgotten.',
    default: undefined,
    schema: values.clientSecrets,
    fix: 'copy the client secret from the app client, or write none for a public client',
  },
  clientKey: {
    ...secretSetting,
    name: 'CLIENT_KEY',
    meaning:
      'Instead of a secret: a private key (RSA, P-256 or Ed25519) as PEM or JWK, for `private_key_jwt`. A JWK’s `kid` and `alg` are used. `CLIENT_SECRET` may then be left out.',
    default: '',
    schema: values.clientKey,
    fix: 'write a private key as PEM or JWK, or its path into CLIENT_KEY_FILE',
  },
  clientAuthentication: {
    ...publicSetting,
    name: 'CLIENT_AUTHENTICATION',
    meaning:
      '`client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`. Empty: what the issuer lists and secret or key allow.',
    default: '',
    schema: values.clientAuthentication,
    fix: 'write client_secret_basic, client_secret_post, private_key_jwt or none',
  },
  userInfo: {
    ...publicSetting,
    name: 'USER_INFO',
    meaning:
      '`merge`: claims that the ID token lacks are taken from the userInfo endpoint, at sign-in and refresh, for providers with thin ID tokens. A user pool needs `none`.',
    default: 'none',
    schema: values.userInfo,
    fix: 'write merge or none',
  },
  pushedAuthorizationRequests: {
    ...publicSetting,
    name: 'PUSHED_AUTHORIZATION_REQUESTS',
    meaning:
      '`always`: authorization requests are pushed (PAR) also where the issuer does not say that it requires it.',
    default: 'as-required',
    schema: values.pushedAuthorizationRequests,
    fix: 'write always or as-required',
  },
  scope: {
    ...publicSetting,
    name: 'SCOPE',
    meaning: 'What to ask for at sign-in. Must contain `openid`.',
    default: 'openid email profile',
    schema: values.scope,
    fix: 'write scopes with spaces between, openid among them',
  },
  identityProviders: {
    ...publicSetting,
    name: 'IDENTITY_PROVIDERS',
    meaning:
      'JSON array of the identity providers a user may choose, and how each signs out. Empty: the pool itself asks.',
    default: '[]',
    schema: jsonValues.identityProviders,
    fix: 'write JSON as README.md shows under "Identity providers"',
  },
  emailIsVerified: {
    ...publicSetting,
    name: 'EMAIL_IS_VERIFIED',
    meaning:
      'Whether addresses of the issuer’s own users are verified although it sends no `email_verified`, as Entra ID; an `email_verified` always decides.',
    default: 'false',
    schema: values.flag,
    fix: 'write true or false',
  },
  groupsClaim: {
    ...publicSetting,
    name: 'GROUPS_CLAIM',
    meaning:
      'The claim that names a user’s groups, e.g. `groups` or `roles` elsewhere than at a user pool.',
    default: 'cognito:groups',
    schema: values.word,
    fix: 'write the name of one claim, e.g. groups',
  },
  revokeReplaced: {
    ...publicSetting,
    name: 'REVOKE_REPLACED',
    meaning:
      'Whether signing in again revokes the refresh token of the same browser’s sign-in before. Empty: at a user pool only; at a provider that reuses a grant the new sign-in would end with it.',
    default: '',
    schema: values.optionalFlag,
    fix: 'write true or false',
  },
  sessionSecrets: {
    ...secretSetting,
    name: 'SESSION_SECRET',
    meaning:
      'Seals sessions and login transactions. Several, newest first, with commas or line breaks between: the older ones still open what they sealed.',
    default: undefined,
    schema: values.secrets,
    fix: 'use at least 32 bytes for each (openssl rand -base64 32)',
  },
  sessionStore: {
    ...publicSetting,
    name: 'SESSION_STORE',
    meaning:
      '`memory:` (one process, forgotten at exit), `file:PATH` (durable, shared by the processes of one machine), `redis://HOST:6379`, `redis+sentinel://HOST,HOST/MASTER` or `redis+cluster://HOST,HOST`; `rediss…` is the same over TLS.',
    default: 'file:./data/sessions',
    schema: values.sessionStore,
    fix: 'write memory:, file:./data/sessions or redis://HOST:6379',
  },
  sessionIdleSeconds: {
    ...seconds,
    name: 'SESSION_IDLE_SECONDS',
    meaning: 'A session ends after this long without a request.',
    default: '1800',
    schema: values.wholeNumber([1, MOST_SESSION_SECONDS]),
    fix: 'write a number of seconds, e.g. 1800',
  },
  sessionAbsoluteSeconds: {
    ...seconds,
    name: 'SESSION_ABSOLUTE_SECONDS',
    meaning: 'A session ends this long after sign-in, whatever happens.',
    default: '28800',
    schema: values.wholeNumber([1, MOST_SESSION_SECONDS]),
    fix: 'write a number of seconds, e.g. 28800',
  },
  sessionClaims: {
    ...publicSetting,
    name: 'SESSION_CLAIMS',
    meaning:
      'Claims of the ID token to keep in the session, with commas between, e.g. `custom:tenant`; `/api/me` answers with them. Few and small ones: each request reads them.',
    default: '',
    schema: values.words,
    fix: 'write names of claims with commas between, e.g. custom:tenant',
  },
  loginSeconds: {
    ...seconds,
    name: 'LOGIN_SECONDS',
    meaning: 'How long one sign-in may take, from our page to the callback.',
    default: '300',
    schema: values.wholeNumber([1, MOST_LOGIN_SECONDS]),
    fix: 'write a number of seconds, e.g. 300',
  },
  apiClientIds: {
    ...publicSetting,
    name: 'API_CLIENT_IDS',
    meaning: 'Client IDs whose access tokens the API takes besides our own, with commas between.',
    default: '',
    schema: values.words,
    fix: 'write client IDs with commas between',
  },
  apiAudience: {
    ...publicSetting,
    name: 'API_AUDIENCE',
    meaning:
      'Whom an access token must be meant for (`aud`), to the letter; several with commas between. Empty: `BASE_URL`. The first web address names the API as a resource. `none` takes tokens for other APIs too.',
    default: '',
    schema: values.audience,
    fix: 'write e.g. https://api.example.com, or none',
  },
  apiIssuers: {
    ...publicSetting,
    name: 'API_ISSUERS',
    meaning:
      'JSON array of other issuers whose access tokens the API takes: each with `issuer`, `clientIds` and, if it is to speak of them, `audience`, `scopes`, `groups`, `groupsClaim`, `claims`, `emailIsVerified`.',
    default: '[]',
    schema: jsonValues.apiIssuers,
    fix: 'write JSON as README.md shows under "Other issuers"',
  },
  apiScope: {
    ...publicSetting,
    name: 'API_SCOPE',
    meaning: 'The scope `/api/orders` asks for.',
    default: 'orders/read',
    schema: values.word,
    fix: 'write one scope, e.g. orders/read',
  },
  corsOrigins: {
    ...publicSetting,
    name: 'CORS_ORIGINS',
    meaning:
      'Origins whose scripts may call `/api` with a bearer token, with commas between; `*` for all. Cookies never count across origins. Nobody by default.',
    default: '',
    schema: values.origins,
    fix: 'write origins with commas between, e.g. https://app.example.com',
  },
  rateLimitPerMinute: {
    unit: 'requests per minute and address',
    isSecret: false,
    name: 'RATE_LIMIT_PER_MINUTE',
    meaning:
      'Limit on the login and callback routes, counted by each process, people apart from programs and from what browsers fetch by themselves. 0 switches it off. Signing out has none. Behind a proxy set TRUST_PROXY too, or all users share one address.',
    default: '300',
    schema: values.wholeNumber([0, 1_000_000]),
    fix: 'write a number, e.g. 300, or 0 for no limit',
  },
  trustProxy: {
    ...publicSetting,
    name: 'TRUST_PROXY',
    meaning:
      'Whose forwarding headers to believe: how many proxies are in front, or their addresses with commas between. Nobody by default.',
    default: 'false',
    schema: values.trustProxy,
    fix: 'write how many proxies are in front (1), their addresses (10.0.0.0/8), or false',
  },
  workers: {
    unit: 'processes',
    isSecret: false,
    name: 'WORKERS',
    meaning:
      'Processes on this machine; `auto` = one per core. More than one needs a shared store.',
    default: '1',
    schema: values.workers,
    fix: 'write a number of processes, or auto',
  },
  logLevel: {
    ...publicSetting,
    name: 'LOG_LEVEL',
    meaning: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
    default: 'info',
    schema: values.logLevel,
    fix: 'write trace, debug, info, warn, error, fatal or silent',
  },
  httpsProxy: {
    ...secretSetting,
    name: 'HTTPS_PROXY',
    alias: 'https_proxy',
    meaning:
      'Proxy that calls to the OpenID provider, and of `setup` and `doctor` to AWS, go through, e.g. `http://proxy:3128`. This machine itself is never reached through it.',
    default: '',
    schema: values.proxy,
    fix: 'write e.g. http://proxy.example.com:3128',
  },
  noProxy: {
    ...publicSetting,
    name: 'NO_PROXY',
    alias: 'no_proxy',
    meaning:
      'What is reached without the proxy, with commas between: host names (and all below them), addresses, networks (`10.0.0.0/8`), `*` for everything.',
    default: '',
    schema: values.words,
    fix: 'write host names or addresses with commas between',
  },
  shutdownSeconds: {
    ...seconds,
    name: 'SHUTDOWN_SECONDS',
    meaning:
      'How long a stop may take. In the first quarter `/readyz` already says no while requests are still taken.',
    default: '10',
    schema: values.wholeNumber([0, 3600]),
    fix: 'write a number of seconds, e.g. 10',
  },
  metricsToken: {
    ...secretSetting,
    name: 'METRICS_TOKEN',
    meaning:
      'Bearer token that opens `/metrics` on `PORT`. Without it there is no such page, unless `BASE_URL` is this machine itself.',
    default: '',
    schema: values.bearerSecret,
    fix: 'use at least 16 characters (openssl rand -hex 16)',
  },
  metricsPort: {
    ...publicSetting,
    name: 'METRICS_PORT',
    meaning: 'Port on 127.0.0.1 where `/metrics` is answered without a token. Off by default.',
    default: '',
    schema: values.optionalPort,
    fix: 'write a port, e.g. 9464, or nothing',
  },
};
