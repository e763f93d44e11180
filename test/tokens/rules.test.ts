import { readFileSync } from 'node:fs';
import {
  base64url,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSignInReader } from '../../src/relying-party/provider/token-response.js';
import { verifyRefreshedIdToken } from '../../src/relying-party/session/refresh/refreshed-id-token.js';
import { requireSubject } from '../../src/relying-party/provider/user-info.js';
import { verifyAccessToken } from '../../src/tokens/access/access-token.js';
import { verifyIdToken } from '../../src/tokens/id-token.js';
import { createKeySet, type KeySet } from '../../src/tokens/key-set.js';
import { verifyLogoutToken } from '../../src/tokens/logout-token.js';
import { MAX_TOKEN_LENGTH } from '../../src/tokens/signed-claims.js';
import { verifySignedUserInfo } from '../../src/tokens/signed-user-info.js';

const ISSUER = 'https://op.example';
const CLIENT = 'our-client';
const API = 'https://api.example';
const ACCESS_TOKEN = 'the-access-token';
/** The left half of its SHA-256. */
const AT_HASH = 'uby9Z8Gb_H_x4fPjwNzguw';
const NOW = 1_800_000_000;
const TOMORROW = NOW + 86_400;
const LOGOUT = { 'http://schemas.openid.net/event/backchannel-logout': {} };

const kinds = ['sign-in', 'refresh', 'API', 'logout', 'userInfo'] as const;
type Kind = (typeof kinds)[number];

/** What is different about a token that is good but for this. */
interface Change {
  /** `undefined` takes a claim away. */
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly signature?: 'foreign' | 'none';
  /** The issuer is a Cognito user pool. */
  readonly pool?: true;
}
interface Cell {
  /** As docs/tokens.md has it. */
  readonly says: string;
  readonly takes?: readonly Change[];
  /**
   * Each with the code, without the kind in front; a logout token has `invalid` for most, userInfo
   * for all.
   */
  readonly refuses?: readonly (readonly [Change, string])[];
}

const claims = (changed: Record<string, unknown>): Change => ({ claims: changed });
const header = (changed: Record<string, unknown>): Change => ({ header: changed });
const each = (code: string, ...changes: readonly Change[]): [Change, string][] =>
  changes.map((change) => [change, code]);

const anyValue = (name: string): Cell => ({
  says: '–',
  takes: [claims({ [name]: undefined }), claims({ [name]: 'anything' })],
});
const everywhere = (cell: Cell): Cell[] =>
  kinds.map((kind) => (kind === 'userInfo' ? withCode('invalid', cell) : cell));
const withCode = (code: string, { refuses = [], ...cell }: Cell): Cell => ({
  ...cell,
  refuses: refuses.map(([change]) => [change, code]),
});

/** `JWT` says nothing; whatever else is said must be right. */
const type = (says: string, right: readonly string[], wrong: readonly string[], code: string) => ({
  says,
  takes: [header({ typ: undefined }), ...['JWT', ...right].map((typ) => header({ typ }))],
  refuses: [
    ...each(code, ...['x+jwt', ...wrong].map((typ) => header({ typ }))),
    ...each('malformed', header({ typ: 5 })),
  ],
});
const ourAudience = (code: string): Cell => ({
  says: 'us, and nobody beside us',
  takes: [claims({ aud: CLIENT }), claims({ aud: [CLIENT] })],
  refuses: each(
    code,
    claims({ aud: undefined }),
    claims({ aud: [] }),
    claims({ aud: 'stranger' }),
    claims({ aud: [CLIENT, 'stranger'] }),
    claims({ aud: [CLIENT, 'stranger'], azp: CLIENT }),
    claims({ aud: [CLIENT, 5] }),
  ),
});
const ourParty = (code: string): Cell => ({
  says: 'us, or absent',
  takes: [claims({ azp: CLIENT }), claims({ azp: undefined })],
  refuses: each(code, claims({ azp: 'stranger' }), claims({ azp: [CLIENT] })),
});
const expiry = (code: string): Cell => ({
  says: 'not past',
  takes: [claims({ exp: NOW - 59 })],
  refuses: each(
    code,
    claims({ exp: NOW - 61 }),
    claims({ exp: undefined }),
    claims({ exp: String(TOMORROW) }),
  ),
});
const notAhead = (name: string, code: string): Cell => ({
  says: 'not ahead, or absent',
  takes: [claims({ [name]: NOW + 59 }), claims({ [name]: undefined })],
  refuses: each(code, claims({ [name]: TOMORROW }), claims({ [name]: String(NOW) })),
});
const orAbsent = (name: string, { takes = [], refuses = [], says }: Cell): Cell => ({
  says: `${says}, or absent`,
  takes: [...takes, claims({ [name]: undefined })],
  refuses: refuses.filter(([change]) => change.claims?.[name] !== undefined),
});
const issuedAt = (code: string): Cell => ({
  says: 'not ahead',
  takes: [claims({ iat: NOW + 59 })],
  refuses: each(code, ...[TOMORROW, String(NOW), undefined].map((iat) => claims({ iat }))),
});
const absent = (name: string, value: unknown, code: string): Cell => ({
  says: 'absent',
  takes: [claims({ [name]: undefined })],
  refuses: each(code, claims({ [name]: value })),
});
const use = (right: string, wrong: string): Cell => ({
  says: `\`${right}\`; may be absent elsewhere than at a user pool`,
  takes: [claims({ token_use: right }), claims({ token_use: undefined })],
  refuses: each('use_wrong', claims({ token_use: wrong }), claims({ token_use: [right] }), {
    ...claims({ token_use: undefined }),
    pool: true,
  }),
});
const text = (name: string, code: string): Cell => ({
  says: 'text',
  refuses: each(code, ...[undefined, '', 5].map((value) => claims({ [name]: value }))),
});
const textOr = (name: string, other: string, says: string): Cell => ({
  says,
  takes: [claims({ [name]: undefined, [other]: 'x' }), claims({ [name]: 'x', [other]: undefined })],
  refuses: each(
    'invalid',
    claims({ [name]: undefined, [other]: undefined }),
    ...['', 5].map((value) => claims({ [name]: value, [other]: 'x' })),
  ),
});
const issuer = (code: string): Cell => ({
  says: 'ours, to the letter',
  refuses: each(
    code,
    ...['https://evil.example', `${ISSUER}/`, undefined, [ISSUER]].map((iss) => claims({ iss })),
  ),
});
const hash: Cell = {
  says: 'of the access token beside it, or absent',
  takes: [claims({ at_hash: AT_HASH }), claims({ at_hash: undefined })],
  refuses: each('access_token_mismatch', claims({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })),
};

/** Rule, then the cells in the order of `kinds`. */
const rules: Readonly<Record<string, readonly Cell[]>> = {
  signature: everywhere({
    says: 'by a key of the issuer',
    refuses: each('signature_invalid', { signature: 'foreign' }),
  }),
  '`alg`': everywhere({
    says: 'one the issuer announces; RS256 at a user pool; never `none` or HS256',
    refuses: each(
      'algorithm_refused',
      { signature: 'none' },
      header({ alg: 'HS256' }),
      header({ alg: 'PS256' }),
    ),
  }),
  '`kid`': everywhere({
    says: 'of a published key; absent only where one key fits',
    takes: [header({ kid: undefined })],
    refuses: each('key_unknown', header({ kid: 'unknown' })),
  }),
  '`typ`': [
    type('`JWT`, or absent', ['jwt'], ['at+jwt', 'logout+jwt'], 'use_wrong'),
    type('`JWT`, or absent', ['jwt'], ['at+jwt', 'logout+jwt'], 'use_wrong'),
    type(
      '`at+jwt`, `JWT`, or absent',
      ['at+jwt', 'application/at+jwt', 'AT+JWT'],
      ['logout+jwt', 'dpop+jwt'],
      'use_wrong',
    ),
    type(
      '`logout+jwt`, `JWT`, or absent',
      ['logout+jwt', 'application/logout+jwt'],
      ['at+jwt'],
      'invalid',
    ),
    withCode(
      'invalid',
      type('`JWT`, or absent', ['jwt'], ['at+jwt', 'logout+jwt', 'dpop+jwt'], 'invalid'),
    ),
  ],
  '`iss`': [
    issuer('issuer_mismatch'),
    issuer('issuer_mismatch'),
    issuer('issuer_mismatch'),
    issuer('invalid'),
    orAbsent('iss', issuer('invalid')),
  ],
  '`aud`': [
    ourAudience('audience_mismatch'),
    ourAudience('audience_mismatch'),
    {
      says: 'our resource, maybe among others; may be absent at a user pool',
      takes: [
        claims({ aud: [API, 'https://other.example'] }),
        { claims: { aud: undefined, token_use: 'access' }, pool: true },
      ],
      refuses: each(
        'audience_refused',
        claims({ aud: 'https://other.example' }),
        claims({ aud: undefined }),
        {
          claims: { aud: 'https://other.example', token_use: 'access' },
          pool: true,
        },
      ),
    },
    ourAudience('invalid'),
    {
      says: 'us, maybe among others, or absent',
      takes: [CLIENT, [CLIENT, 'other'], undefined].map((aud) => claims({ aud })),
      refuses: each('invalid', ...['other', [], ['other'], 5].map((aud) => claims({ aud }))),
    },
  ],
  '`azp`': [
    ourParty('audience_mismatch'),
    ourParty('audience_mismatch'),
    {
      says: 'the same client as `client_id`, or absent',
      takes: [claims({ azp: CLIENT }), claims({ azp: undefined })],
      refuses: each('client_refused', claims({ azp: 'stranger' }), claims({ azp: [CLIENT] }), {
        claims: { azp: 'stranger', token_use: 'access' },
        pool: true,
      }),
    },
    ourParty('invalid'),
    ourParty('invalid'),
  ],
  '`client_id`': [
    anyValue('client_id'),
    anyValue('client_id'),
    {
      says: 'a client the API takes',
      refuses: each(
        'client_refused',
        ...['stranger', undefined, [CLIENT]].map((id) => claims({ client_id: id })),
      ),
    },
    anyValue('client_id'),
    anyValue('client_id'),
  ],
  '`exp`': [
    expiry('expired'),
    expiry('expired'),
    expiry('expired'),
    {
      ...expiry('invalid'),
      says: 'not past, and within the hour',
      refuses: [...expiry('invalid').refuses!, ...each('invalid', claims({ exp: NOW + 3601 }))],
    },
    orAbsent('exp', expiry('invalid')),
  ],
  '`iat`': [
    issuedAt('issued_in_future'),
    issuedAt('issued_in_future'),
    notAhead('iat', 'issued_in_future'),
    issuedAt('invalid'),
    notAhead('iat', 'invalid'),
  ],
  '`nbf`': [
    notAhead('nbf', 'issued_in_future'),
    notAhead('nbf', 'issued_in_future'),
    notAhead('nbf', 'issued_in_future'),
    notAhead('nbf', 'invalid'),
    notAhead('nbf', 'invalid'),
  ],
  '`auth_time`': [
    notAhead('auth_time', 'issued_in_future'),
    {
      ...notAhead('auth_time', 'issued_in_future'),
      says: 'not ahead, or absent; what the first one said stays',
    },
    notAhead('auth_time', 'issued_in_future'),
    notAhead('auth_time', 'invalid'),
    notAhead('auth_time', 'invalid'),
  ],
  '`nonce`': [
    {
      says: 'the one we sent',
      refuses: each(
        'nonce_mismatch',
        ...['another', undefined, ['n']].map((nonce) => claims({ nonce })),
      ),
    },
    {
      says: 'the first one, or absent',
      takes: [claims({ nonce: 'n' }), claims({ nonce: undefined })],
      refuses: each('sign_in_mismatch', claims({ nonce: 'another' }), claims({ nonce: '' })),
    },
    absent('nonce', 'n', 'use_wrong'),
    absent('nonce', 'n', 'invalid'),
    absent('nonce', 'n', 'invalid'),
  ],
  '`at_hash`': [
    hash,
    hash,
    absent('at_hash', AT_HASH, 'use_wrong'),
    anyValue('at_hash'),
    absent('at_hash', AT_HASH, 'invalid'),
  ],
  '`token_use`': [
    use('id', 'access'),
    use('id', 'access'),
    use('access', 'id'),
    absent('token_use', 'access', 'invalid'),
    absent('token_use', 'access', 'invalid'),
  ],
  '`sub`': [
    text('sub', 'subject_invalid'),
    {
      says: 'the session’s',
      refuses: [
        ...each('subject_invalid', claims({ sub: undefined })),
        ...each('sign_in_mismatch', claims({ sub: 'mallory' })),
      ],
    },
    text('sub', 'subject_invalid'),
    textOr('sub', 'sid', 'text; may be absent with a `sid`'),
    {
      says: 'the session’s',
      refuses: [
        ...each('subject_mismatch', claims({ sub: 'mallory' })),
        ...each('invalid', ...[undefined, '', ['alice']].map((sub) => claims({ sub }))),
      ],
    },
  ],
  '`sid`': [
    anyValue('sid'),
    anyValue('sid'),
    anyValue('sid'),
    textOr('sid', 'sub', 'text; may be absent with a `sub`'),
    anyValue('sid'),
  ],
  '`jti`': [
    anyValue('jti'),
    anyValue('jti'),
    anyValue('jti'),
    { ...text('jti', 'invalid'), says: 'text, not seen before' },
    anyValue('jti'),
  ],
  '`cnf`': [
    anyValue('cnf'),
    anyValue('cnf'),
    absent('cnf', { jkt: 'x' }, 'sender_constrained'),
    anyValue('cnf'),
    anyValue('cnf'),
  ],
  '`events`': [
    absent('events', LOGOUT, 'use_wrong'),
    absent('events', LOGOUT, 'use_wrong'),
    absent('events', LOGOUT, 'use_wrong'),
    {
      says: 'a back-channel logout',
      refuses: each(
        'invalid',
        ...[undefined, {}, { other: {} }, 'text'].map((events) => claims({ events })),
      ),
    },
    absent('events', LOGOUT, 'invalid'),
  ],
};

describe('the table in docs/tokens.md', () => {
  it('has every rule that is tried here, to the letter, and no other', () => {
    const page = readFileSync(new URL('../../docs/tokens.md', import.meta.url), 'utf8');
    const lines = page.split('\n');
    const head = lines.findIndex((line) => line.startsWith('|'));
    const after = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
    const rows = lines.slice(head + 2, after).map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const tried = Object.entries(rules).map(([rule, cells]) => [
      rule,
      ...cells.map(({ says }) => says),
    ]);
    expect(rows).toEqual(tried);
  });
});

describe.each(kinds)('a token at %s', (kind) => {
  let own: CryptoKey;
  let foreign: CryptoKey;
  let jwk: JWK;
  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    own = pair.privateKey;
    foreign = (await generateKeyPair('RS256')).privateKey;
    jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  });

  async function verdict(change: Change): Promise<string> {
    const keys = createKeySet({ load: async () => [jwk], now });
    const token = await make(kind, change, change.signature === 'foreign' ? foreign : own);
    try {
      await verifiers[kind](token, keys, change.pool === true);
      return 'taken';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  }

  const prefix = (
    {
      'sign-in': 'id_token',
      refresh: 'id_token',
      API: 'access_token',
      logout: 'logout_token',
      userInfo: 'user_info',
    } as const
  )[kind];
  const cells = Object.entries(rules).map(([rule, row]) => {
    const cell = row[kinds.indexOf(kind)]!;
    return [rule, cell.says, cell] as const;
  });

  it('is taken when all is right', async () => {
    expect(await verdict({})).toBe('taken');
  });

  // A signed answer of userInfo comes by a call of ours, which is bounded itself.
  if (prefix !== 'user_info') {
    it('is taken as long as it may be, and no longer', async () => {
      const padded = (length: number): Change => claims({ padding: 'x'.repeat(length) });
      const room = MAX_TOKEN_LENGTH[prefix] - (await make(kind, padded(0), own)).length;
      // Three characters take four in base64url.
      expect(await verdict(padded(Math.floor((room * 3) / 4) - 3))).toBe('taken');
      expect(await verdict(padded(Math.ceil((room * 3) / 4) + 3))).toBe(`${prefix}_malformed`);
    });
  }

  it.each(cells)('%s: %s', async (_rule, _says, { takes = [], refuses = [] }) => {
    expect(takes.length + refuses.length).toBeGreaterThan(0);
    for (const change of takes) expect([change, await verdict(change)]).toEqual([change, 'taken']);
    for (const [change, code] of refuses) {
      expect([change, await verdict(change)]).toEqual([change, `${prefix}_${code}`]);
    }
  });
});

const now = (): number => NOW * 1000;

const good: Readonly<Record<Kind, JWTPayload>> = {
  'sign-in': { aud: CLIENT, nonce: 'n', sub: 'alice' },
  refresh: { aud: CLIENT, sub: 'alice' },
  API: { aud: API, client_id: CLIENT, sub: 'alice', scope: 'read' },
  logout: { aud: CLIENT, sub: 'alice', jti: 'j', events: LOGOUT },
  userInfo: { aud: CLIENT, sub: 'alice' },
};

async function make(kind: Kind, change: Change, key: CryptoKey): Promise<string> {
  const all = {
    iss: ISSUER,
    iat: NOW,
    exp: NOW + 60,
    ...good[kind],
    ...(change.pool && poolUse(kind)),
    ...change.claims,
  };
  const protectedHeader = { alg: 'RS256', kid: 'k', ...change.header };
  if (change.signature === 'none' || protectedHeader.alg !== 'RS256') {
    const alg = change.signature === 'none' ? 'none' : protectedHeader.alg;
    const part = (value: object): string => base64url.encode(JSON.stringify(value));
    return `${part({ ...protectedHeader, alg })}.${part(all)}.c2lnbmF0dXJl`;
  }
  return new SignJWT(all).setProtectedHeader(protectedHeader).sign(key);
}

const poolUse = (kind: Kind) =>
  kind === 'logout' || kind === 'userInfo' ? {} : { token_use: kind === 'API' ? 'access' : 'id' };

const verifiers: Record<
  Kind,
  (token: string, keys: KeySet, isUserPool: boolean) => Promise<unknown>
> = {
  'sign-in': (token, keys, isUserPool) =>
    verifyIdToken(
      token,
      {
        issuer: ISSUER,
        clientId: CLIENT,
        nonce: 'n',
        accessToken: ACCESS_TOKEN,
        requiresTokenUse: isUserPool,
        now,
      },
      keys,
    ),
  refresh: (token, keys, isUserPool) =>
    verifyRefreshedIdToken(
      createSignInReader({
        issuer: ISSUER,
        clientId: CLIENT,
        isUserPool,
        keys,
        readUserInfo: undefined,
        groupsClaim: 'cognito:groups',
        sessionClaims: [],
        emailIsVerified: false,
        identityProviders: [],
        now,
      }),
      { id_token: token, access_token: ACCESS_TOKEN, token_type: 'bearer' } as never,
      { subject: 'alice', authenticatedAt: undefined },
      { nonce: 'n' },
    ),
  API: (token, keys, isUserPool) =>
    verifyAccessToken(token, {
      issuers: [
        {
          issuer: ISSUER,
          clientIds: [CLIENT],
          audience: [API],
          isUserPool,
          groupsClaim: 'cognito:groups',
          allowance: undefined,
          vouchesForEmail: () => false,
          keys,
        },
      ],
      clockToleranceSeconds: 60,
      now,
    }),
  logout: (token, keys) =>
    verifyLogoutToken(token, { issuer: ISSUER, clientId: CLIENT, now }, keys),
  userInfo: async (token, keys) => {
    const expected = { issuer: ISSUER, clientId: CLIENT, now };
    requireSubject(await verifySignedUserInfo(token, expected, keys), 'alice');
  },
};
