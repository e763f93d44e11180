import { MOST_LOGIN_SECONDS, MOST_SESSION_SECONDS } from '../../../relying-party/options/values.js';
import * as jsonValues from './json-values.js';
import type { Options } from './option.js';
import * as values from './values.js';

/** What a sign-in is good for: sessions, and the API. */
export const accessOptions = {
  sessionSecrets: {
    name: 'SESSION_SECRET',
    isSecret: true,
    sets: 'session.secrets',
    meaning:
      'Seals sessions and login transactions. Several, newest first, with commas or line breaks between: the older ones still open what they sealed.',
    schema: values.secrets,
    fix: 'use at least 32 bytes for each (openssl rand -base64 32)',
  },
  sessionStore: {
    name: 'SESSION_STORE',
    sets: 'session.store',
    meaning:
      '`memory:` (one process, forgotten at exit), `file:PATH` (durable, shared by the processes of one machine), `redis://HOST:6379`, `redis+sentinel://HOST,HOST/MASTER` or `redis+cluster://HOST,HOST`; `rediss…` is the same over TLS.',
    default: 'file:./data/sessions',
    schema: values.sessionStore,
    fix: 'write memory:, file:./data/sessions or redis://HOST:6379',
  },
  sessionIdleSeconds: {
    name: 'SESSION_IDLE_SECONDS',
    unit: 'seconds',
    sets: 'session.idleSeconds',
    meaning: 'A session ends after this long without a request.',
    default: '1800',
    schema: values.wholeNumber([1, MOST_SESSION_SECONDS]),
    fix: 'write a number of seconds, e.g. 1800',
  },
  sessionAbsoluteSeconds: {
    name: 'SESSION_ABSOLUTE_SECONDS',
    unit: 'seconds',
    sets: 'session.absoluteSeconds',
    meaning: 'A session ends this long after sign-in, whatever happens.',
    default: '28800',
    schema: values.wholeNumber([1, MOST_SESSION_SECONDS]),
    fix: 'write a number of seconds, e.g. 28800',
  },
  sessionClaims: {
    name: 'SESSION_CLAIMS',
    sets: 'session.claims',
    meaning:
      'Claims of the ID token to keep in the session, with commas between, e.g. `custom:tenant`; `/api/me` answers with them. Few and small ones: each request reads them.',
    default: '',
    schema: values.words,
    fix: 'write names of claims with commas between, e.g. custom:tenant',
  },
  loginSeconds: {
    name: 'LOGIN_SECONDS',
    unit: 'seconds',
    meaning: 'How long one sign-in may take, from our page to the callback.',
    default: '300',
    schema: values.wholeNumber([1, MOST_LOGIN_SECONDS]),
    fix: 'write a number of seconds, e.g. 300',
  },
  apiClientIds: {
    name: 'API_CLIENT_IDS',
    sets: 'api.clientIds',
    meaning: 'Client IDs whose access tokens the API takes besides our own, with commas between.',
    default: '',
    schema: values.words,
    fix: 'write client IDs with commas between',
  },
  apiAudience: {
    name: 'API_AUDIENCE',
    sets: 'api.audience',
    meaning:
      'Whom an access token must be meant for (`aud`), to the letter; several with commas between. Empty: `BASE_URL`. The first web address names the API as a resource. `none` takes tokens for other APIs too.',
    default: '',
    schema: values.audience,
    fix: 'write e.g. https://api.example.com, or none',
  },
  apiIssuers: {
    name: 'API_ISSUERS',
    sets: 'api.issuers',
    meaning:
      'JSON array of other issuers whose access tokens the API takes: each with `issuer`, `clientIds` and, if it is to speak of them, `audience`, `scopes`, `groups`, `groupsClaim`, `claims`, `emailIsVerified`.',
    default: '[]',
    schema: jsonValues.apiIssuers,
    fix: 'write JSON as docs/running.md shows under "Other issuers"',
  },
  apiScope: {
    name: 'API_SCOPE',
    sets: 'api.scopes',
    meaning: 'The scope `/api/orders` asks for.',
    default: 'orders/read',
    schema: values.word,
    fix: 'write one scope, e.g. orders/read',
  },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    meaning:
      'Origins whose scripts may call `/api` with a bearer token, with commas between; `*` for all. Cookies never count across origins. Nobody by default.',
    default: '',
    schema: values.origins,
    fix: 'write origins with commas between, e.g. https://app.example.com',
  },
} satisfies Options;
