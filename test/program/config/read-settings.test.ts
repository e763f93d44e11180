import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeSettings } from '../../../src/program/config/describe-settings.js';
import {
  clientSecretReader,
  type Environment,
  readSettings,
} from '../../../src/program/config/from-environment.js';
import { options, type Settings } from '../../../src/program/config/options/settings.js';

const secret = 'a-session-secret-of-thirty-two-bytes';

const complete: Environment = {
  BASE_URL: 'https://www.example.com',
  ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz',
  CLIENT_ID: 'client-id',
  CLIENT_SECRET: 'client-secret',
  SESSION_SECRET: secret,
};

function settingsOf(changes: Environment = {}): Settings {
  const result = readSettings({ ...complete, ...changes });
  if ('problems' in result) throw new Error(lines(result.problems).join('\n'));
  return result.settings;
}

const lines = (problems: readonly { option: string; problem: string; fix: string }[]): string[] =>
  problems.map(({ option, problem, fix }) => `${option} ${problem}; ${fix}`);

function problemsOf(changes: Environment): string[] {
  const result = readSettings({ ...complete, ...changes });
  return 'problems' in result ? lines(result.problems) : [];
}

const upstream = {
  name: 'oidc-pool-2',
  label: 'Corporate ID',
  emailDomains: ['Example.com'],
  signOut: { kind: 'cognito', domain: 'https://second.auth.example/', clientId: 'abc' },
};

describe('a complete configuration', () => {
  it('needs five variables; everything else has its default', () => {
    expect(settingsOf()).toEqual({
      port: 3000,
      host: '127.0.0.1',
      baseUrl: 'https://www.example.com',
      basePath: '',
      cookieNamespace: undefined,
      issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz',
      clientId: 'client-id',
      clientSecrets: ['client-secret'],
      clientKey: undefined,
      clientAuthentication: undefined,
      userInfo: 'none',
      pushedAuthorizationRequests: false,
      scope: 'openid email profile',
      identityProviders: [],
      sessionSecrets: [secret],
      sessionStore: 'file:./data/sessions',
      sessionIdleSeconds: 1800,
      sessionAbsoluteSeconds: 28_800,
      sessionClaims: [],
      loginSeconds: 300,
      apiClientIds: [],
      apiAudience: [],
      apiIssuers: [],
      apiScope: 'orders/read',
      corsOrigins: [],
      emailIsVerified: false,
      groupsClaim: 'cognito:groups',
      revokeReplaced: undefined,
      rateLimitPerMinute: 300,
      trustProxy: false,
      workers: 1,
      logLevel: 'info',
      httpsProxy: undefined,
      noProxy: [],
      shutdownSeconds: 10,
      metricsToken: undefined,
      metricsPort: undefined,
    });
  });

  it.each([
    ['PORT', '0', { port: 0 }],
    ['BASE_URL', 'http://localhost:3000/', { baseUrl: 'http://localhost:3000' }],
    ['BASE_URL', 'https://WWW.Example.com:443', { baseUrl: 'https://www.example.com' }],
    [
      'ISSUER',
      'http://127.0.0.1:4000/eu-west-1_Master001',
      { issuer: 'http://127.0.0.1:4000/eu-west-1_Master001' },
    ],
    ['ISSUER', 'https://op.example/', { issuer: 'https://op.example/' }],
    ['CLIENT_SECRET', 'none', { clientSecrets: [] }],
    ['CLIENT_SECRET', 'newer older', { clientSecrets: ['newer', 'older'] }],
    ['CLIENT_SECRET', ' newer\r\nolder\n', { clientSecrets: ['newer', 'older'] }],
    ['CLIENT_SECRET', 'one one', { clientSecrets: ['one'] }],
    ['CLIENT_SECRET', 'a,b;c', { clientSecrets: ['a,b;c'] }],
    ['SCOPE', 'email   openid', { scope: 'email openid' }],
    ['SESSION_SECRET', `${secret}-2,${secret}`, { sessionSecrets: [`${secret}-2`, secret] }],
    ['SESSION_SECRET', `${secret}-2\r\n${secret}\n`, { sessionSecrets: [`${secret}-2`, secret] }],
    [
      'SESSION_STORE',
      'rediss://:pass@redis.example:6380/1',
      { sessionStore: 'rediss://:pass@redis.example:6380/1' },
    ],
    ...['a sentence of words of which none is a secret', `${'x!'.repeat(20)};${secret}`].map(
      (text): [string, string, object] => ['SESSION_SECRET', text, { sessionSecrets: [text] }],
    ),
    ['API_AUDIENCE', 'https://a.example/x;y', { apiAudience: ['https://a.example/x;y'] }],
    ['SCOPE', 'openid a,b/read', { scope: 'openid a,b/read' }],
    ['SESSION_IDLE_SECONDS', '000001800', { sessionIdleSeconds: 1800 }],
    ['LOGIN_SECONDS', '2', { loginSeconds: 2 }],
    ['API_CLIENT_IDS', 'one, two', { apiClientIds: ['one', 'two'] }],
    ['API_AUDIENCE', 'https://a.example, b', { apiAudience: ['https://a.example', 'b'] }],
    ['API_AUDIENCE', 'none', { apiAudience: null }],
    ['GROUPS_CLAIM', 'roles', { groupsClaim: 'roles' }],
    ['REVOKE_REPLACED', 'true', { revokeReplaced: true }],
    ['REVOKE_REPLACED', 'false', { revokeReplaced: false }],
    ['CORS_ORIGINS', 'https://a.example, *', { corsOrigins: ['https://a.example', '*'] }],
    ['RATE_LIMIT_PER_MINUTE', '0', { rateLimitPerMinute: 0 }],
    ['TRUST_PROXY', 'true', { trustProxy: true }],
    ['TRUST_PROXY', '2', { trustProxy: 2 }],
    [
      'TRUST_PROXY',
      'loopback, 10.0.0.0/8, fd00::/8',
      { trustProxy: ['loopback', '10.0.0.0/8', 'fd00::/8'] },
    ],
    ['WORKERS', 'auto', { workers: availableParallelism() }],
    ['LOG_LEVEL', 'warn', { logLevel: 'warn' }],
    ['METRICS_TOKEN', '0123456789abcdef', { metricsToken: '0123456789abcdef' }],
    ['METRICS_PORT', '9464', { metricsPort: 9464 }],
    ['CLIENT_ID', '  client-id\n', { clientId: 'client-id' }],
    ['PORT', '', { port: 3000 }],
  ])('takes %s=%j', (name, value, expected) => {
    expect(settingsOf({ [name]: value })).toMatchObject(expected);
  });

  it('reads identity providers from JSON, with the name as the label of those without one', () => {
    const plain = { name: 'Okta', signOut: { kind: 'none', advice: 'Sign out at Okta yourself.' } };
    expect(
      settingsOf({ IDENTITY_PROVIDERS: JSON.stringify([upstream, plain]) }).identityProviders,
    ).toEqual([
      {
        name: 'oidc-pool-2',
        label: 'Corporate ID',
        emailDomains: ['example.com'],
        signOut: { kind: 'cognito', domain: 'https://second.auth.example', clientId: 'abc' },
      },
      { ...plain, label: 'Okta', emailDomains: [] },
    ]);
  });
});

describe('problems', () => {
  it('are listed all at once, in the order of the table', () => {
    const result = readSettings({});
    expect('problems' in result ? result.problems.map(({ option }) => option) : []).toEqual([
      'BASE_URL',
      'ISSUER',
      'CLIENT_ID',
      'CLIENT_SECRET',
      'SESSION_SECRET',
    ]);
  });

  it.each([
    [
      { SESSION_SECRET: 'short' },
      'SESSION_SECRET is 5 bytes long; use at least 32 bytes for each (openssl rand -base64 32)',
    ],
    [
      { SESSION_SECRET: `${secret},short` },
      'SESSION_SECRET is 5 bytes long in its secret number 2; use at least 32 bytes for each (openssl rand -base64 32)',
    ],
    [
      { SESSION_SECRET: ',' },
      'SESSION_SECRET has no secret in it; use at least 32 bytes for each (openssl rand -base64 32)',
    ],
    [
      { CLIENT_SECRET: '' },
      'CLIENT_SECRET is missing; copy the client secret from the app client, or write none for a public client',
    ],
    [{ PORT: '80a' }, 'PORT is not a whole number; write a port, e.g. 3000'],
    [{ PORT: '70000' }, 'PORT is too large (65535 is the most); write a port, e.g. 3000'],
    [
      { SESSION_IDLE_SECONDS: '99999999999' },
      'SESSION_IDLE_SECONDS is too large (34560000 is the most); write a number of seconds, e.g. 1800',
    ],
    [
      { SHUTDOWN_SECONDS: '-1' },
      'SHUTDOWN_SECONDS is too small (0 is the least); write a number of seconds, e.g. 10',
    ],
    [
      { TRUST_PROXY: '100' },
      'TRUST_PROXY is too large (99 is the most); write how many proxies are in front (1), their addresses (10.0.0.0/8), or false',
    ],
    [
      { BASE_URL: 'www.example.com' },
      'BASE_URL is not a URL; write the public origin alone, e.g. https://www.example.com',
    ],
    [
      { BASE_URL: 'http://www.example.com' },
      'BASE_URL is not https (http is for localhost and 127.0.0.1 only); write the public origin alone, e.g. https://www.example.com',
    ],
    [
      { BASE_URL: 'https://www.example.com/app' },
      'BASE_URL has a path or query; write the public origin alone, e.g. https://www.example.com',
    ],
    [
      { BASE_URL: 'http://127.0.0.1.evil.example' },
      'BASE_URL is not https (http is for localhost and 127.0.0.1 only); write the public origin alone, e.g. https://www.example.com',
    ],
    [
      { SCOPE: 'email' },
      'SCOPE does not contain openid; write scopes with spaces between, openid among them',
    ],
    ...['openid,email,profile', 'email; openid', 'openid profile,email'].map(
      (SCOPE): [Environment, string] => [
        { SCOPE },
        `SCOPE has ${SCOPE.includes(';') ? ';' : ','} between scopes, where blanks belong; write scopes with spaces between, openid among them`,
      ],
    ),
    [
      { SESSION_SECRET: `${secret} ${secret}-2` },
      'SESSION_SECRET has blanks between secrets, where commas or line breaks belong; use at least 32 bytes for each (openssl rand -base64 32)',
    ],
    [
      { SESSION_SECRET: `${secret};${secret}-2` },
      'SESSION_SECRET has ; between secrets, where commas or line breaks belong; use at least 32 bytes for each (openssl rand -base64 32)',
    ],
    [
      { API_CLIENT_IDS: 'one;two' },
      'API_CLIENT_IDS has ; in it, where commas belong; write client IDs with commas between',
    ],
    [
      { NO_PROXY: 'localhost; .example.com' },
      'NO_PROXY has ; in it, where commas belong; write host names or addresses with commas between',
    ],
    [
      { API_AUDIENCE: 'https://a.example;https://b.example' },
      'API_AUDIENCE has ; in it, where commas belong; write e.g. https://api.example.com, or none',
    ],
    [
      { CORS_ORIGINS: 'https://a.example; https://b.example' },
      'CORS_ORIGINS has ; in it, where commas belong; write origins with commas between, e.g. https://app.example.com',
    ],
    ...['10.0.0.0/8 127.0.0.1', 'loopback;fd00::/8'].map((TRUST_PROXY): [Environment, string] => [
      { TRUST_PROXY },
      `TRUST_PROXY has ${TRUST_PROXY.includes(';') ? ';' : 'blanks'} between addresses, where commas belong; write how many proxies are in front (1), their addresses (10.0.0.0/8), or false`,
    ]),
    [
      { SESSION_STORE: 'mysql://x' },
      'SESSION_STORE is none of the forms we know; write memory:, file:./data/sessions or redis://HOST:6379',
    ],
    [
      { LOG_LEVEL: 'loud' },
      'LOG_LEVEL is not a level; write trace, debug, info, warn, error, fatal or silent',
    ],
    [
      { SESSION_IDLE_SECONDS: '0' },
      'SESSION_IDLE_SECONDS is too small (1 is the least); write a number of seconds, e.g. 1800',
    ],
    [
      { TRUST_PROXY: '10.0.0.0/33' },
      'TRUST_PROXY names something that is no address; write how many proxies are in front (1), their addresses (10.0.0.0/8), or false',
    ],
    [
      { METRICS_TOKEN: 'short' },
      'METRICS_TOKEN is shorter than 16 characters, or contains spaces; use at least 16 characters (openssl rand -hex 16)',
    ],
    [
      { METRICS_PORT: '0' },
      'METRICS_PORT is too small (1 is the least); write a port, e.g. 9464, or nothing',
    ],
    [
      { METRICS_PORT: '3000' },
      'METRICS_PORT is PORT, which visitors reach; write a port, e.g. 9464, or nothing',
    ],
    [
      { BASE_PATH: 'shop' },
      'BASE_PATH is no path without a slash at its end; write e.g. /shop, or nothing for the root',
    ],
    [
      { BASE_PATH: '/shop/' },
      'BASE_PATH is no path without a slash at its end; write e.g. /shop, or nothing for the root',
    ],
    [{ COOKIE_NAMESPACE: 'a b' }, 'COOKIE_NAMESPACE is not one word; write one word, e.g. shop'],
    [
      {
        API_ISSUERS: '[{"issuer":"https://issuer.example","clientIds":["a"]}]',
        ISSUER: 'https://issuer.example',
      },
      'API_ISSUERS names ISSUER too; leave it out there; further clients of ISSUER go into API_CLIENT_IDS',
    ],
    [
      { WORKERS: '2', SESSION_STORE: 'memory:' },
      'WORKERS is 2 but SESSION_STORE is memory:, which processes cannot share; set SESSION_STORE to file:./data/sessions or redis://HOST:6379, or WORKERS to 1',
    ],
    [
      { CLIENT_SECRET: '', CLIENT_KEY: 'not a key' },
      'CLIENT_KEY is not a private key as PEM or JWK; write a private key as PEM or JWK, or its path into CLIENT_KEY_FILE',
    ],
    ...['/etc/key.pem', './key', '~/key', 'C:\\keys\\site', 'keys/site.jwk'].map(
      (path): [Record<string, string>, string] => [
        { CLIENT_SECRET: '', CLIENT_KEY: path },
        'CLIENT_KEY is a path, and not the key in that file; write a private key as PEM or JWK, or its path into CLIENT_KEY_FILE',
      ],
    ),
  ])('say what is wrong and what to do: %j', (changes, expected) => {
    expect(problemsOf(changes)).toEqual([expected]);
  });

  it('do not count a secret as missing beside a key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const CLIENT_KEY = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(settingsOf({ CLIENT_SECRET: '', CLIENT_KEY }).clientSecrets).toEqual([]);
    expect(problemsOf({ CLIENT_SECRET: '', CLIENT_KEY_FILE: '/no/such/file' })).toEqual([
      expect.stringContaining('CLIENT_KEY cannot be read from /no/such/file'),
    ]);
  });

  it.each([
    ['[', 'is not JSON'],
    ['{"issuer":"https://a.example"}', 'is an object, where a list belongs: put [ and ] round it'],
    ['[]]', 'is not JSON'],
    ['[null]', 'at [0]: is null, where an object belongs'],
    [
      '[{"clientIds":"a"}]',
      [
        'at [0].issuer: is missing',
        'at [0].clientIds: is a text, where a list belongs: put [ and ] round it',
      ],
    ],
    [
      '[{"issuer":"https://a.example","clientIds":["a"],"audience":[1],"scopes":[["a"]],"emailIsVerified":"yes"}]',
      [
        'at [0].audience: is neither a text, a list of texts nor null',
        'at [0].scopes[0]: is a list, where a text belongs',
        'at [0].emailIsVerified: is a text, where true or false belongs',
      ],
    ],
    [
      '[{"issuer":"https://a.example","clientIds":["a"],"scope":["a"],"more":1}]',
      [
        'at [0]: has "scope" and "more", which are no members: there are issuer, clientIds, audience, scopes, groups, groupsClaim, claims, emailIsVerified',
      ],
    ],
    [
      '[{"issuer":"http://a.example","clientIds":["a"]}]',
      'at [0].issuer: is not https (http is for localhost and 127.0.0.1 only)',
    ],
    [
      '[{"issuer":"https://a.example","clientIds":[]}]',
      'at [0].clientIds: is empty; name the clients it is trusted for',
    ],
    [
      '[{"issuer":"https://a.example","clientIds":["a"],"claims":["scope"]}]',
      'at [0].claims[0]: is not for this list; write scopes and groups',
    ],
    [
      `[${Array(2).fill('{"issuer":"https://a.example","clientIds":["a"]}').join()}]`,
      'has "https://a.example" twice',
    ],
  ])('say what is wrong with API_ISSUERS=%s', (API_ISSUERS, expected) => {
    const fix = 'write JSON as docs/running.md shows under "Other issuers"';
    const said = [expected].flat().map((problem) => `API_ISSUERS ${problem}; ${fix}`);
    expect(problemsOf({ API_ISSUERS })).toEqual(said);
  });

  it.each([
    ['{', 'is not JSON'],
    ['{}', 'is an object, where a list belongs: put [ and ] round it'],
    ['[{name:oidc-pool-2}]', 'is not JSON, which has quotes (") round each name and text: a shell'],
    ['[{"name":"x"}]', 'at [0].signOut: is missing'],
    [JSON.stringify([{ ...upstream, signOut: 'none' }]), 'at [0].signOut: is a text, where an'],
    [JSON.stringify([{ ...upstream, signOut: {} }]), 'at [0].signOut.kind: needs a "kind" of'],
    [JSON.stringify([{ ...upstream, label: 7 }]), 'at [0].label: is a number, where a text'],
    ['[{"name":""}]', 'at [0].name: is empty'],
    [
      JSON.stringify([{ ...upstream, signOut: { kind: 'saml' } }]),
      'at [0].signOut.kind: needs a "kind" of "cognito", "oidc" or "none"',
    ],
    [
      JSON.stringify([{ ...upstream, signout: 1 }]),
      'at [0]: has "signout", which is no member: write "signOut"',
    ],
    [
      JSON.stringify([
        { ...upstream, signOut: { ...upstream.signOut, domain: 'http://second.example' } },
      ]),
      'at [0].signOut.domain: is not https',
    ],
    [JSON.stringify([upstream, { ...upstream, emailDomains: [] }]), 'has "oidc-pool-2" twice'],
    [JSON.stringify([upstream, { ...upstream, name: 'other' }]), 'has "example.com" twice'],
  ])('look inside IDENTITY_PROVIDERS=%s', (value, expected) => {
    expect(problemsOf({ IDENTITY_PROVIDERS: value })).toContainEqual(
      expect.stringContaining(`IDENTITY_PROVIDERS ${expected}`),
    );
  });

  it('are in words of ours whatever JSON is written', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const member = fc.constantFrom('name', 'signOut', 'issuer', 'clientIds', 'audience', 'kind');
    const near = fc.array(fc.dictionary(member, fc.oneof(json, fc.dictionary(member, json))));
    for (const option of [options.identityProviders, options.apiIssuers]) {
      fc.assert(
        fc.property(fc.oneof(json, near), (value) => {
          const said = problemsOf({ [option.name]: JSON.stringify(value) }).join('\n');
          expect(said).not.toMatch(/invalid|expected|received|unrecognized|too (?:small|big)|zod/i);
        }),
      );
    }
  });

  it('never contain the value of a variable, whichever it is put into', () => {
    for (const { name } of Object.values(options)) {
      const value = `://hunter2 ${name === 'SCOPE' ? '' : 'openid'}`;
      expect(problemsOf({ [name]: value }).join('\n')).not.toContain('hunter2');
    }
  });
});

describe('secrets in files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-config-'));
  const file = join(folder, 'secret');

  it('are read, without the line break at the end', () => {
    writeFileSync(file, 'from-the-file\n');
    expect(settingsOf({ CLIENT_SECRET: '', CLIENT_SECRET_FILE: file }).clientSecrets).toEqual([
      'from-the-file',
    ]);
  });

  it('are read again where the client’s is in one, and not where it is in the environment', () => {
    expect(clientSecretReader(complete)).toBeUndefined();
    const read = clientSecretReader({ CLIENT_SECRET_FILE: file })!;
    writeFileSync(file, 'newer\nolder\n');
    expect(read()).toEqual(['newer', 'older']);
    for (const [text, problem] of [
      ['', `CLIENT_SECRET is empty in ${file}, the file of CLIENT_SECRET_FILE`],
      ['a b c', 'CLIENT_SECRET is more than 2 secrets'],
      ['older none', 'CLIENT_SECRET says none and something else'],
      ['\u0000', 'CLIENT_SECRET contains unusual characters'],
    ] as const) {
      writeFileSync(file, text);
      expect(read).toThrow(problem);
    }
    writeFileSync(file, 'from-the-file\n');
  });

  it('are not read again through a pipe, which holds up whoever asks it for more', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(clientSecretReader({ CLIENT_SECRET_FILE: pipe })).toBeUndefined();
    // What is not there yet may be a file later.
    expect(clientSecretReader({ CLIENT_SECRET_FILE: join(folder, 'later') })).toBeDefined();
  });

  it.each([
    [
      { CLIENT_SECRET: '', CLIENT_SECRET_FILE: join(folder, 'absent') },
      `CLIENT_SECRET cannot be read from ${join(folder, 'absent')}, the file of CLIENT_SECRET_FILE (ENOENT); check its path and permissions`,
    ],
    [
      { CLIENT_SECRET_FILE: file },
      'CLIENT_SECRET and CLIENT_SECRET_FILE are both set; keep one of them',
    ],
  ])('are a problem when unreadable or ambiguous: %j', (changes, expected) => {
    expect(problemsOf(changes)).toEqual([expected]);
  });

  it('are a problem when the file is empty', () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n');
    expect(problemsOf({ SESSION_SECRET: '', SESSION_SECRET_FILE: empty })[0]).toContain(
      `SESSION_SECRET is empty in ${empty}, the file of SESSION_SECRET_FILE; use at least 32 bytes`,
    );
  });
});

describe('mistyped variables', () => {
  it('are named beside what is missing', () => {
    expect(problemsOf({ SESSION_SECRET: '', SESSION_SECRETS: secret })).toEqual([
      'SESSION_SECRET is missing; use at least 32 bytes for each (openssl rand -base64 32)',
      'SESSION_SECRETS is not a setting; did you mean SESSION_SECRET?',
    ]);
  });

  it.each([
    'SESSION_IDLE_SECOND',
    'SCOPES',
    'BASEURL',
    'TRUSTPROXY',
    'API_CLIENT_ID',
    'CLIENT_SECRT',
    'base_url',
  ])('warn when nothing else is wrong: %s', (name) => {
    const result = readSettings({ ...complete, [name]: '1' });
    expect('warnings' in result && result.warnings.map(({ option }) => option)).toEqual([name]);
  });

  it.each(['\ufeffBASE_URL', 'BASE_URL\u00a0', '\u200bBASE_URL'])(
    'are told from those that only look right: %j',
    (name) => {
      expect(problemsOf({ BASE_URL: '', [name]: 'https://www.example.com' })).toEqual([
        expect.stringMatching(/^BASE_URL is missing; /),
        expect.stringMatching(/^BASE_URL has an invisible character in its name; set it anew/),
      ]);
    },
  );

  it.each([
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'HOME',
    'HOSTNAME',
    'USER',
    'PATH',
    'PORTAL',
    'TERM',
    'SHELL',
    'LANG',
    'POST',
    'WORKDIR',
    'REDIS_HOST',
  ])('are not seen in the variable %s', (name) => {
    expect(readSettings({ ...complete, [name]: 'proxy.example' })).toMatchObject({ warnings: [] });
  });
});

describe('the settings as printed', () => {
  it('show everything but secrets and passwords', () => {
    const printed = describeSettings(
      settingsOf({
        SESSION_STORE:
          'redis+sentinel://app:hunter2@one.example,two.example/main?sentinel_password=hunter2',
        METRICS_TOKEN: '0123456789abcdef',
        SESSION_SECRET: `${secret}-2,${secret}`,
      }),
    );
    expect(printed).toMatchObject({
      PORT: '3000',
      BASE_URL: 'https://www.example.com',
      CLIENT_SECRET: '1 set',
      SESSION_SECRET: '2 set',
      METRICS_TOKEN: 'set',
      SESSION_STORE: 'redis+sentinel://[redacted]@one.example,two.example/main?[redacted]',
    });
    expect(JSON.stringify(printed)).not.toMatch(
      /hunter2|client-secret|thirty-two|0123456789abcdef/,
    );
  });
});

describe('what the client has to show', () => {
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;

  it('is a secret, a key as PEM or JWK (or in a file), or nothing', () => {
    expect(settingsOf()).toMatchObject({
      clientSecrets: ['client-secret'],
      clientKey: undefined,
    });
    const withKey = { CLIENT_SECRET: 'none', CLIENT_KEY: pem };
    expect(settingsOf(withKey)).toMatchObject({ clientSecrets: [], clientKey: pem.trim() });
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'client-key.pem');
    writeFileSync(file, pem);
    expect(settingsOf({ CLIENT_SECRET: 'none', CLIENT_KEY_FILE: file }).clientKey).toBe(pem.trim());
    expect(describeSettings(settingsOf(withKey))['CLIENT_KEY']).toBe('set');
  });

  it('is never two things at once, nor a key that cannot sign', () => {
    expect(problemsOf({ CLIENT_KEY: pem })).toEqual([
      'CLIENT_KEY and CLIENT_SECRET are both set; keep one of them; with a key, write CLIENT_SECRET=none',
    ]);
    for (const key of ['secret', '{"kty":"RSA"}', pem.slice(0, 60)]) {
      const [problem] = problemsOf({ CLIENT_SECRET: 'none', CLIENT_KEY: key });
      expect(problem).toMatch(/^CLIENT_KEY is not a private key as PEM or JWK; /);
    }
  });

  it('must fit CLIENT_AUTHENTICATION, where that is set', () => {
    const fits = {
      client_secret_basic: {},
      client_secret_post: {},
      private_key_jwt: { CLIENT_SECRET: 'none', CLIENT_KEY: pem },
      none: { CLIENT_SECRET: 'none' },
    };
    for (const [method, environment] of Object.entries(fits)) {
      const changes = { CLIENT_AUTHENTICATION: method, ...environment };
      expect(settingsOf(changes).clientAuthentication).toBe(method);
    }
    expect(problemsOf({ CLIENT_AUTHENTICATION: 'none' })).toEqual([
      'CLIENT_AUTHENTICATION is none, and the client has a secret to show; set CLIENT_SECRET=none, and no CLIENT_KEY, or leave it empty',
    ]);
    expect(problemsOf({ CLIENT_AUTHENTICATION: 'private_key_jwt' })).toHaveLength(1);
    expect(
      problemsOf({ CLIENT_AUTHENTICATION: 'client_secret_post', CLIENT_SECRET: 'none' }),
    ).toHaveLength(1);
    expect(problemsOf({ CLIENT_AUTHENTICATION: 'client_secret_jwt' })).toEqual([
      'CLIENT_AUTHENTICATION is no method of client authentication; write client_secret_basic, client_secret_post, private_key_jwt or none',
    ]);
  });

  it('USER_INFO and PUSHED_AUTHORIZATION_REQUESTS take their words alone', () => {
    const changes = { USER_INFO: 'merge', PUSHED_AUTHORIZATION_REQUESTS: 'always' };
    expect(settingsOf(changes)).toMatchObject({
      userInfo: 'merge',
      pushedAuthorizationRequests: true,
    });
    expect(problemsOf({ USER_INFO: 'yes' })).toHaveLength(1);
    expect(problemsOf({ PUSHED_AUTHORIZATION_REQUESTS: 'true' })).toHaveLength(1);
  });
});
