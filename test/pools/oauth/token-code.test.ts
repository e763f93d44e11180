import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { codeIn, openBrowser, type Parameters, signIn } from '../journeys.js';
import { alice, app, callback } from '../seed.js';
import {
  type Answer,
  basic,
  exchangeCode,
  postForm,
  refresh,
  requestTokens,
  tokensIn,
  userInfo,
} from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const newCode = async (client = 'site', parameters: Parameters = {}): Promise<string> =>
  codeIn(await signIn(openBrowser(), world.members, client, alice, parameters));

const tokenUrl = (): string => `${world.members.domain}/oauth2/token`;

describe('a code exchange', () => {
  it.each(['basic', 'post'] as const)(
    "answers a client that authenticates by %s in one line, keys in Cognito's order, no scope",
    async (authentication) => {
      const answer = await requestTokens(
        world.members,
        'site',
        { grant_type: 'authorization_code', code: await newCode(), redirect_uri: callback },
        authentication,
      );
      expect(answer.status).toBe(200);
      expect(answer.text).toMatch(
        /^\{"id_token":"[\w.-]+","access_token":"[\w.-]+","refresh_token":"[\w.-]+","expires_in":3600,"token_type":"Bearer"\}$/,
      );
    },
  );

  it('has the headers of the real endpoint', async () => {
    const { headers } = await exchangeCode(world.members, 'site', await newCode());
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
      pragma: 'no-cache',
      expires: '0',
      'x-content-type-options': 'nosniff',
      'x-xss-protection': '1; mode=block',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=31536000 ; includeSubDomains',
      'access-control-allow-origin': '*',
      'x-amz-cognito-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers.getSetCookie().join('\n')).toMatch(/^XSRF-TOKEN=/m);
  });

  it('needs no secret from a public client', async () => {
    const answer = await exchangeCode(world.members, 'phone-app', await newCode('phone-app'));
    expect(answer.status).toBe(200);
  });

  it("says how long this client's access tokens live", async () => {
    const answer = await exchangeCode(world.members, 'brief', await newCode('brief'));
    expect(answer.json['expires_in']).toBe(300);
  });

  it('leaves out the ID token when openid was not granted', async () => {
    const code = await newCode('site', { scope: 'orders/read' });
    const answer = await exchangeCode(world.members, 'site', code);
    expect(Object.keys(answer.json)).toEqual([
      'access_token',
      'refresh_token',
      'expires_in',
      'token_type',
    ]);
  });

  it('works until five minutes after the code was made, not longer', async () => {
    const [early, late] = [await newCode(), await newCode()];
    world.pools.clock.advance('4m');
    expect((await exchangeCode(world.members, 'site', early)).status).toBe(200);
    world.pools.clock.advance('61s');
    const answer = await exchangeCode(world.members, 'site', late);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_grant');
  });
});

const exchangePlus = async (headers: Record<string, string>, more: Parameters) =>
  postForm(
    tokenUrl(),
    {
      grant_type: 'authorization_code',
      code: await newCode('plus'),
      redirect_uri: callback,
      ...more,
    },
    headers,
  );

describe("the client's secret", () => {
  const secretWithPlus = 'plus+in+the_secret+0123456789abcdef';

  it('may contain a plus sign, form-encoded or not, in the header or the body', async () => {
    const { id } = world.members.client('plus');
    const raw = Buffer.from(`${id}:${secretWithPlus}`).toString('base64');
    expect((await exchangePlus(basic(id, secretWithPlus), {})).status).toBe(200);
    expect((await exchangePlus({ authorization: `Basic ${raw}` }, {})).status).toBe(200);
    expect((await exchangePlus({}, { client_id: id, client_secret: secretWithPlus })).status).toBe(
      200,
    );
  });

  it('answers 400 invalid_client, not 401, when wrong or missing', async () => {
    const { id } = world.members.client('site');
    const grant = { grant_type: 'authorization_code', code: 'x', redirect_uri: callback };
    const answers = [
      await postForm(tokenUrl(), grant, basic(id, 'wrong')),
      await postForm(tokenUrl(), { ...grant, client_id: id, client_secret: 'wrong' }),
      await postForm(tokenUrl(), { ...grant, client_id: id }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.text).toBe(
        '{"error":"invalid_client","error_description":"invalid_client_secret"}',
      );
      expect(answer.headers.has('www-authenticate')).toBe(false);
    }
  });

  it.each<[string, Parameters, Record<string, string>]>([
    ['an unknown client', { client_id: '0nobody0000000000000000000', client_secret: 's' }, {}],
    ['Basic without a colon', {}, { authorization: 'Basic bm9jb2xvbg==' }],
    ['Basic with a broken escape', {}, { authorization: `Basic ${btoa('%zz:%')}` }],
  ])('answers invalid_client for %s', async (_, parameters, headers) => {
    const answer = await postForm(
      tokenUrl(),
      { grant_type: 'authorization_code', code: 'x', redirect_uri: callback, ...parameters },
      headers,
    );
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_client');
  });

  it('is not taken for another client that the form names', async () => {
    const { id, secret } = world.members.client('site');
    const asked = async (named: string): Promise<Answer> => {
      const code = await newCode();
      const grant = { grant_type: 'authorization_code', code, redirect_uri: callback };
      return postForm(tokenUrl(), { ...grant, client_id: named }, basic(id, secret!));
    };
    expect((await asked(id)).status).toBe(200);
    const answer = await asked(world.members.client('plus').id);
    expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_client']);
  });

  it('answers 400 for a Basic header that is not base64', async () => {
    const headers = { authorization: 'Basic %%%' };
    const grant = { grant_type: 'authorization_code', code: 'x', redirect_uri: callback };
    const answer = await postForm(tokenUrl(), grant, headers);
    expect(answer.status).toBe(400);
    expect(['invalid_client', 'invalid_request']).toContain(answer.json['error']);
  });

  it('is checked before the code is used up: the right one still works afterwards', async () => {
    const code = await newCode();
    const { id } = world.members.client('site');
    const grant = { grant_type: 'authorization_code', code, redirect_uri: callback };
    const wrong = await postForm(tokenUrl(), grant, basic(id, 'wrong'));
    expect(wrong.status).toBe(400);
    expect((await exchangeCode(world.members, 'site', code)).status).toBe(200);
  });
});

describe('a code that must not be accepted', () => {
  it('is invalid_grant when unknown', async () => {
    const answer = await exchangeCode(
      world.members,
      'site',
      '00000000-0000-4000-8000-000000000000',
    );
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_grant');
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it('is invalid_grant for another client than the one it was made for', async () => {
    const answer = await exchangeCode(world.members, 'shop', await newCode('site'));
    expect(answer.json['error']).toBe('invalid_grant');
  });

  it('is invalid_grant the second time, and what the first use gave is revoked', async () => {
    const code = await newCode();
    const tokens = tokensIn(await exchangeCode(world.members, 'site', code));
    expect((await userInfo(world.members, tokens.access_token)).status).toBe(200);
    const replay = await exchangeCode(world.members, 'site', code);

    expect(replay.status).toBe(400);
    expect(replay.json['error']).toBe('invalid_grant');
    const refreshed = await refresh(world.members, 'site', tokens.refresh_token);
    expect(refreshed.json['error']).toBe('invalid_grant');
    expect((await userInfo(world.members, tokens.access_token)).status).toBe(401);
    expect(world.members.isRefreshTokenActive(tokens.refresh_token)).toBe(false);
  });

  it('gives tokens at most once when two requests race', async () => {
    const code = await newCode();
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => exchangeCode(world.members, 'site', code)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is unauthorized_client with invalid_redirect for another redirect_uri', async () => {
    const answer = await exchangeCode(world.members, 'site', await newCode(), {
      redirect_uri: `${app}/other`,
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toBe(
      '{"error":"unauthorized_client","error_description":"invalid_redirect"}',
    );
  });
});

describe('PKCE', () => {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = {
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };

  it('exchanges the code for whoever has the verifier, although discovery never mentions it', async () => {
    const code = await newCode('site', challenge);
    const answer = await exchangeCode(world.members, 'site', code, { code_verifier: verifier });
    expect(answer.status).toBe(200);
  });

  it.each<[string, Parameters]>([
    ['a wrong verifier', { code_verifier: randomBytes(32).toString('base64url') }],
    ['no verifier', {}],
    ['an empty verifier', { code_verifier: '' }],
    ['the challenge itself', { code_verifier: challenge.code_challenge }],
  ])('is invalid_grant with %s', async (_, parameters) => {
    const code = await newCode('phone-app', challenge);
    const answer = await exchangeCode(world.members, 'phone-app', code, parameters);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_grant');
  });
});

describe('a token request that makes no sense', () => {
  it.each<[string, Parameters]>([
    ['grant_type', { code: 'x', redirect_uri: callback }],
    ['code', { grant_type: 'authorization_code', redirect_uri: callback }],
    ['redirect_uri', { grant_type: 'authorization_code', code: 'x' }],
    ['refresh_token', { grant_type: 'refresh_token' }],
  ])('is invalid_request without %s', async (_, parameters) => {
    const answer = await requestTokens(world.members, 'site', parameters);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_request');
  });

  it.each(['password', 'urn:ietf:params:oauth:grant-type:device_code', 'AUTHORIZATION_CODE'])(
    'is unsupported_grant_type for %s',
    async (grantType) => {
      const answer = await requestTokens(world.members, 'site', { grant_type: grantType });
      expect(answer.status).toBe(400);
      expect(answer.json['error']).toBe('unsupported_grant_type');
    },
  );

  it.each([
    ['machine', { grant_type: 'authorization_code', code: 'x', redirect_uri: callback }],
    ['site', { grant_type: 'client_credentials' }],
  ])('is unauthorized_client when %s may not use the grant', async (client, parameters) => {
    const answer = await requestTokens(world.members, client, parameters);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('unauthorized_client');
  });

  it('is refused when a parameter comes twice, or when it never ends', async () => {
    const { id, secret = '' } = world.members.client('site');
    const headers = {
      ...basic(id, secret),
      'content-type': 'application/x-www-form-urlencoded',
    };
    const post = async (body: string) => fetch(tokenUrl(), { method: 'POST', headers, body });
    const twice = await post('grant_type=authorization_code&code=a&code=b&redirect_uri=x');
    expect(twice.status).toBe(400);
    expect((await post(`code=${'x'.repeat(2_000_000)}`)).status).toBe(413);
  });

  it('is refused as JSON, in the query, by GET', async () => {
    const { id, secret = '' } = world.members.client('site');
    const code = await newCode();
    const grant = { grant_type: 'authorization_code', code, redirect_uri: callback };
    const asJson = await fetch(tokenUrl(), {
      method: 'POST',
      body: JSON.stringify(grant),
      headers: { ...basic(id, secret), 'content-type': 'application/json' },
    });
    const query = new URLSearchParams(grant);
    const inQuery = await postForm(`${tokenUrl()}?${query}`, {}, basic(id, secret));
    const byGet = await fetch(`${tokenUrl()}?${query}`, { headers: basic(id, secret) });

    expect(asJson.status).toBe(400);
    expect(inQuery.status).toBe(400);
    expect([400, 404, 405]).toContain(byGet.status);
  });
});
