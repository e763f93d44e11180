/**
 * Who writes what a pattern reads. Only an operator or a developer could slow down nobody but
 * themselves.
 */
export type Writer = 'strangers' | 'provider' | 'operator' | 'developer';

/**
 * What a pattern has the most work with: made to a length, of letters that begin a match and never
 * end it.
 */
export type Worst = (length: number) => string;

const repeated =
  (unit: string, end = '', start = ''): Worst =>
  (length) =>
    start + unit.repeat(Math.ceil(length / unit.length)) + end;

/**
 * The files whose patterns strangers reach, or the provider, each with its patterns and their worst
 * letters.
 */
export const reachable: Readonly<
  Record<string, { by: Writer; patterns: Readonly<Record<string, readonly Worst[]>> }>
> = {
  'tokens/scope-token.ts': {
    by: 'developer',
    patterns: { [String.raw`/^[\x21\x23-\x5b\x5d-\x7e]+$/`]: [repeated('a', ' ')] },
  },
  'errors/strangers-words.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu`]: [repeated('\u0001'), repeated('a')],
    },
  },
  'program/ops/logger.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/(?<![\w-])[\w-]+(?:\.[\w-]*){2,}/g`]: [
        repeated('eyJ'),
        repeated('eyJ', '.'),
        repeated('a.', ' '),
        repeated('.'),
        repeated('a.a ', '!'),
        repeated('eyJ.', '\\'),
      ],
      [String.raw`/\b(Bearer|Basic)(\s+)[\w\-.~+/]+=*/gi`]: [
        repeated(' ', '!', 'Bearer'),
        repeated('Bearer '),
        repeated('Bearer\n', '"'),
        repeated('=', '!', 'Basic x'),
      ],
      [String.raw`/([?&]|%3F|%26|\b)(code|state|nonce|code_verifier|(?:id|access|refresh|logout)_token(?:_hint)?|client_secret|token)(=|%3D)[^&\s"'\\<>#]+/gi`]:
        [
          repeated('code='),
          repeated('?code=&'),
          repeated('%3Fcode%3D'),
          repeated('id_token_hint_'),
        ],
      [String.raw`/("(?:code_verifier|(?:id|access|refresh|logout)_?token|client_?secret|set-cookie|cookie|authorization|password)\\*"\s*:\s*)(\[?\\*")[^"\\]*/gi`]:
        [
          repeated('\\'),
          repeated('\\', '', '"cookie'),
          repeated(' ', '', '"cookie"'),
          repeated(' ', '!', '"cookie":'),
          repeated('\\', '!', '"cookie":['),
          repeated('"cookie":'),
        ],
    },
  },
  'program/ops/metrics.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^(?:::ffff:)?127\.|^::1$/`]: [repeated('::ffff:'), repeated(':')],
      [String.raw`/^bearer +(\S+)$/i`]: [
        repeated(' ', '', 'bearer'),
        repeated('x', ' ', 'bearer '),
        repeated(' x', '', 'bearer'),
      ],
      [String.raw`/^(?:forwarded|x-forwarded-.*|x-real-ip|via)$/`]: [
        repeated('x-forwarded-'),
        repeated('x', '\n', 'x-forwarded-'),
      ],
      [String.raw`/^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i`]: [
        repeated('1', '!', '127.0.0.'),
        repeated('.1', '', '127'),
        repeated('1', '!', 'localhost:'),
      ],
    },
  },
  'cognito/error-descriptions.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^\S+ Error - (?:\d+ )?access_denied\b/`]: [
        repeated('a'),
        repeated('1', '!', 'a Error - '),
        repeated('a Error - '),
      ],
      [String.raw`/^\S+ Error - /`]: [repeated('a'), repeated('Error')],
      [String.raw`/^attributes required: \[/`]: [repeated('attributes required: ')],
      [String.raw`/\bAttribute cannot be updated\./`]: [repeated('Attribute cannot be updated ')],
      [String.raw`/\bAttribute does not exist in the schema\b/`]: [
        repeated('Attribute does not exist in the schem '),
      ],
      [String.raw`/\battempted to write unauthorized attribute\b/i`]: [
        repeated('attempted to write unauthorized '),
      ],
      [String.raw`/^username attribute mapping required\b/`]: [repeated('username attribute ')],
      [String.raw`/^Bad id_token issuer\b/`]: [repeated('Bad id_token issuer')],
      [String.raw`/^(?:error_description=)?Timeout (?:occurred )?in calling /`]: [
        repeated('Timeout occurred '),
      ],
      [String.raw`/^(?:Connection reset|Read timed out|connect timed out)\b/i`]: [
        repeated('Read timed out'),
      ],
      [String.raw`/^Exception processing authorization code\b/`]: [repeated('Exception ')],
      [String.raw`/^(?:error_description=)?Already found an entry for username\b/`]: [
        repeated('error_description='),
      ],
      [String.raw`/^(?:(?! failed with error )[^])* failed with error [^]*\bAlready found an entry for username\b/`]:
        [
          repeated(' failed with error '),
          repeated(' failed with '),
          repeated('Already found an entry for ', '', ' failed with error '),
        ],
      [String.raw`/^(?:PreSignUp|PreAuthentication|PostAuthentication|PostConfirmation|PreTokenGeneration) failed with error\b/`]:
        [repeated('PreSignUp failed with ')],
      [String.raw`/^invalid_scope$/`]: [repeated('invalid_scope')],
    },
  },
  'guards/bearer-token.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^Bearer +([\w\-.~+/]+=*) *$/i`]: [
        repeated(' ', '!', 'Bearer'),
        repeated('a', '!', 'Bearer '),
        repeated('=', '!', 'Bearer a'),
        repeated(' ', '!', 'Bearer a'),
      ],
    },
  },
  'relying-party/login/choose-provider.ts': {
    by: 'strangers',
    patterns: { [String.raw`/^[^\s@]+@([^\s@]+)$/`]: [repeated('a'), repeated('a', ' ', 'a@')] },
  },
  'relying-party/session/my-sessions.ts': {
    by: 'strangers',
    patterns: { [String.raw`/^([\w.-]{1,30})(?:\/|$)/`]: [repeated('a'), repeated('.')] },
  },
  'relying-party/login/request.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^\d{1,9}$/`]: [repeated('1')],
      [String.raw`/:\d+$/`]: [repeated('1', '!', ':'), repeated(':1', '!'), repeated(':')],
      [String.raw`/^(?=.{1,200}$)[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/`]: [
        repeated('a'),
        repeated('a '),
        repeated('a ', '\n'),
      ],
    },
  },
  'relying-party/login/transaction.ts': {
    by: 'strangers',
    patterns: { [String.raw`/^[\w-]{8}$/`]: [repeated('a'), repeated('-')] },
  },
  'relying-party/provider/calls/reason.ts': {
    by: 'provider',
    patterns: { [String.raw`/^[\w.+-]+\/[\w.+-]+/`]: [repeated('a'), repeated('a', '!', 'a/')] },
  },
  'web/request/visitor-address.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^\[([^\]]*)\](?::\d{1,5})?$/`]: [
        repeated('['),
        repeated('a', '!', '['),
        repeated(']', '', '['),
      ],
      [String.raw`/^([\d.]+):\d{1,5}$/`]: [repeated('1', '!'), repeated('.', ':x'), repeated('1:')],
    },
  },
  'guards/resource-metadata.ts': {
    by: 'strangers',
    patterns: { [String.raw`/\?.*$/s`]: [repeated('?'), repeated('a'), repeated('?', '\n')] },
  },
  'tokens/access/checked-claims.ts': {
    by: 'strangers',
    patterns: { [String.raw`/^[^\s]+$/`]: [repeated('a', ' '), repeated('a')] },
  },
  'relying-party/routes.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^\/(?:login|callback|logout|signed-out|sessions|backchannel-logout|assets|favicon\.ico)(?:\/|$)/i`]:
        [repeated('/'), repeated('/login'), repeated('n', '', '/logi')],
    },
  },
  'sessions/sessions.ts': {
    by: 'strangers',
    patterns: { [String.raw`/^[\w-]{43}$/`]: [repeated('a'), repeated('-')] },
  },
  'tokens/signed-claims.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^application\//`]: [repeated('application'), repeated('application/')],
    },
  },
  'web/request/authorization.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^([\w!#$%&'*+.^${'`'}|~-]+) +\S/`]: [
        repeated('a'),
        repeated(' ', '', 'a'),
        repeated('!'),
      ],
      ['/^(?:basic|digest|negotiate|ntlm)?$/i']: [repeated('basic'), repeated('n')],
    },
  },
  'web/pages/error-handler.ts': {
    by: 'strangers',
    patterns: { [String.raw`/[?#]/`]: [repeated('?'), repeated('a')] },
  },
  'web/request/local-url.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^\/(?:login|callback|logout(?:\/continue)?|signed-out)\/?$/i`]: [
        repeated('/login'),
        repeated('/continue', '', '/logout'),
      ],
      [String.raw`/[^\x21-\x7e\p{Cc}\p{Cs}\p{Z}]/gu`]: [
        repeated('é'),
        repeated('a'),
        repeated('👋'),
      ],
      [String.raw`/[^\x21-\x5b\x5d-\x7e\p{Cc}\p{Cs}]/gu`]: [
        repeated('\\'),
        repeated('a'),
        repeated('👋'),
      ],
      [String.raw`/^\/[\x21-\x5b\x5d-\x7e]*$/`]: [repeated('/'), repeated('/', '\\')],
      [String.raw`/^\/[/\\]/`]: [repeated('/')],
      [String.raw`/[/\\]\.{1,2}(?:[/\\]|$)/`]: [repeated('/..a'), repeated('.'), repeated('/.')],
      [String.raw`/\p{Cc}/u`]: [repeated('a'), repeated('é')],
      [String.raw`/[?#]/`]: [repeated('?'), repeated('a')],
    },
  },
  'web/request/request-target.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i`]: [
        repeated('a'),
        repeated('a', ':/', 'a'),
        repeated(':', '', 'a://'),
      ],
    },
  },
  'web/request/wants-page.ts': {
    by: 'strangers',
    patterns: {
      [String.raw`/\bprefetch\b|\bpreview\b/i`]: [
        repeated('prefetc '),
        repeated('preview'),
        repeated('pre '),
      ],
    },
  },
  'cognito/logout-url.ts': {
    by: 'provider',
    patterns: {
      [String.raw`/\/oauth2\/authorize$/`]: [repeated('/oauth2/authorize', '!')],
      [String.raw`/^(.+)\/oauth2\/authorize$/`]: [repeated('/oauth2/authorize', '!')],
    },
  },
  'cognito/pool-pages.ts': {
    by: 'provider',
    patterns: {
      [String.raw`/Required String parameter|Missing required parameter/`]: [
        repeated('Required String '),
        repeated('Missing required '),
      ],
      [String.raw`/identity_provider(?:=|"\s+value=")([^&"'\s]+)/g`]: [
        repeated(' ', '!', 'identity_provider"'),
        repeated('identity_provider='),
        repeated('identity_provider" value="'),
      ],
    },
  },
  'program/doctor/visits/visit.ts': {
    by: 'provider',
    patterns: {
      [String.raw`/^path\s*=\s*(\/.*)$/i`]: [
        repeated(' ', '!', 'path'),
        repeated(' ', '\n', 'path=/'),
        repeated(' ', '', 'path='),
      ],
      [String.raw`/\/?$/`]: [repeated('/', '!'), repeated('/')],
    },
  },
};

/** Folders and files whose patterns read what an operator, a developer or their own tools write. */
export const ownWords: readonly (readonly [path: string, by: Writer, what: string])[] = [
  ['program/cli/', 'operator', 'the command line'],
  ['cognito/user-pool.ts', 'operator', 'ISSUER, and ids of the AWS API'],
  ['program/config/', 'operator', 'settings'],
  [
    'program/doctor/',
    'operator',
    'settings, and answers of the AWS API and of the pools, 64 kB at most',
  ],
  ['guards/check-access.ts', 'developer', 'names in a route’s access'],
  ['pools/', 'developer', 'requests to the embedded pools, which stand on a developer’s machine'],
  ['relying-party/options/', 'developer', 'options'],
  [
    'relying-party/provider/calls/proxy.ts',
    'operator',
    'the option proxy, and hosts of addresses that are called',
  ],
  ['sessions/stores/', 'operator', 'SESSION_STORE, and answers of our own Redis'],
  ['sessions/store-fault.ts', 'operator', 'errors of our own store'],
  ['program/setup/', 'operator', 'settings, .env and answers of the AWS API'],
  ['program/rotation/', 'operator', 'the client secret in .env'],
  ['program/site/openapi.ts', 'developer', 'names of schemas'],
  ['testing/', 'developer', 'pages of the embedded pools'],
];
