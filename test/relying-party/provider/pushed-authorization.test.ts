import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type RunningApp } from '../../support/app.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startHostileProvider,
  type Answer,
  type HostileProvider,
} from '../../security/support/hostile-provider.js';
import { visit } from '../../security/support/visitor.js';

describe('a pushed authorization request', () => {
  let provider: HostileProvider;
  let site: RunningApp;
  let pushed: { body: URLSearchParams; authorization: string | undefined }[];

  beforeAll(async () => {
    provider = await startHostileProvider();
  });
  afterAll(() => provider.stop());
  beforeEach(() => {
    provider.behave();
    pushed = [];
    announce({ require_pushed_authorization_requests: true });
    answerPush(201, { request_uri: 'urn:example:a-reference', expires_in: 60 });
  });
  afterEach(() => site.stop());

  const start = async (environment: Record<string, string> = {}): Promise<void> => {
    site = await startApp({ ISSUER: provider.issuer, CLIENT_ID, CLIENT_SECRET, ...environment });
  };
  function announce(changes: Record<string, unknown>): void {
    provider.answers.set('/.well-known/openid-configuration', () => ({
      ...provider.metadata,
      pushed_authorization_request_endpoint: `${provider.issuer}/par`,
      ...changes,
    }));
  }
  function answerPush(status: number, document: unknown): void {
    const answer: Answer = (req, res, body) => {
      pushed.push({ body, authorization: req.headers.authorization });
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
    };
    provider.answers.set('/par', answer);
  }
  const locationOf = async (path = '/login'): Promise<URL> => {
    const login = await visit(`${site.url}${path}`);
    expect(login.status, login.text).toBe(302);
    return new URL(String(login.headers['location']));
  };

  it('refused for the secret is pushed again with the other one, and for anything else it is not', async () => {
    const seen: string[] = [];
    provider.answers.set('/par', (req, res, body) => {
      const [, secret = ''] = Buffer.from(req.headers.authorization!.slice(6), 'base64')
        .toString()
        .split(':');
      seen.push(`${secret} ${body.get('state')}`);
      const error = secret === 'newest' ? 'invalid_client' : 'invalid_request';
      const status = secret === 'newest' ? 401 : 400;
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    });
    await start({ CLIENT_SECRET: 'newest older' });
    expect((await visit(`${site.url}/login`)).status).toBe(502);
    expect((await visit(`${site.url}/login`)).status).toBe(502);
    const [first, second] = seen.map((each) => each.split(' ')[1]);
    expect(second).toBe(first);
    // The older one works, as far as its place goes, and is what the next sign-in shows.
    expect(seen.map((each) => each.split(' ')[0])).toEqual(['newest', 'older', 'older']);
  });

  it('carries all there is to say; the browser carries client_id and request_uri alone', async () => {
    await start();
    const location = await locationOf('/login?max_age=60');
    expect([...location.searchParams]).toEqual(
      expect.arrayContaining([
        ['client_id', CLIENT_ID],
        ['request_uri', 'urn:example:a-reference'],
      ]),
    );
    expect([...location.searchParams]).toHaveLength(2);
    expect(pushed).toHaveLength(1);
    const { body, authorization } = pushed[0]!;
    expect(authorization).toMatch(/^Basic /);
    expect(Object.fromEntries(body)).toMatchObject({
      client_id: CLIENT_ID,
      response_type: 'code',
      redirect_uri: `${site.url}/callback`,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      max_age: '60',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(body.get(name)).not.toBe(null);
  });

  it('is not made where nobody requires it, and is where it was asked for', async () => {
    announce({});
    await start();
    expect((await locationOf()).searchParams.get('state')).not.toBe(null);
    expect(pushed).toHaveLength(0);
    await site.stop();
    await start({ PUSHED_AUTHORIZATION_REQUESTS: 'always' });
    expect((await locationOf()).searchParams.get('request_uri')).toBe('urn:example:a-reference');
    expect(pushed).toHaveLength(1);
  });

  it('authenticates as everything else does', async () => {
    announce({
      require_pushed_authorization_requests: true,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    });
    await start();
    await locationOf();
    expect(pushed[0]!.authorization).toBeUndefined();
    expect(pushed[0]!.body.get('client_secret')).toBe(CLIENT_SECRET);
  });

  it.each([
    [400, { error: 'invalid_scope', error_description: 'no such scope' }],
    [401, { error: 'invalid_client' }],
    [403, { error: 'unauthorized_client' }],
    [200, { request_uri: 'urn:example:a-reference', expires_in: 60 }],
    [201, { expires_in: 60 }],
    [201, { request_uri: `urn:example:${'a'.repeat(501)}`, expires_in: 60 }],
    [201, 'no object'],
  ])(
    'that is answered with %i %j is refused, in words for the operator',
    async (status, document) => {
      answerPush(status, document);
      await start();
      const login = await visit(`${site.url}/login`);
      expect(login).toMatchObject({ status: 502, code: 'pushed_authorization_refused' });
      expect(login.text).not.toContain('no such scope');
      const line = site.log.find((each) => each.includes('pushed_authorization_refused'))!;
      expect(line).toContain('pushed authorization request: ');
      const { error } = document as { error?: string };
      if (error !== undefined) expect(line).toContain(`${status} ${error}`);
      expect(line).not.toContain(CLIENT_SECRET);
      expect(pushed).toHaveLength(1);
    },
  );

  it('that is not answered is an outage', async () => {
    await start();
    answerPush(503, {});
    expect(await visit(`${site.url}/login`)).toMatchObject({
      status: 503,
      code: 'provider_unavailable',
    });
    provider.answers.set('/par', (req) => void req.socket.destroy());
    expect(await visit(`${site.url}/login`)).toMatchObject({
      status: 503,
      code: 'provider_unavailable',
    });
  });

  it('needs an endpoint that is there and safe', async () => {
    const tooLong = `https://elsewhere.example/${'a'.repeat(487)}`;
    for (const endpoint of [undefined, 'http://elsewhere.example/par', 5, tooLong]) {
      announce({
        require_pushed_authorization_requests: true,
        pushed_authorization_request_endpoint:
          endpoint === 'http://elsewhere.example/par' ? 'ftp://elsewhere.example/' : endpoint,
      });
      await start();
      expect(await visit(`${site.url}/login`)).toMatchObject({
        status: 503,
        code: 'provider_metadata_invalid',
      });
      await site.stop();
    }
    await start();
  });

  it('names the endpoint that a setting asks for, and the provider does not have', async () => {
    for (const [setting, value, endpoint] of [
      ['PUSHED_AUTHORIZATION_REQUESTS', 'always', 'pushed_authorization_request_endpoint'],
      ['USER_INFO', 'merge', 'userinfo_endpoint'],
    ] as const) {
      announce({ [endpoint]: undefined });
      await site.stop();
      await start({ [setting]: value });
      expect(await visit(`${site.url}/login`)).toMatchObject({
        status: 503,
        code: 'provider_metadata_invalid',
      });
      expect(site.log.join('\n')).toContain(`discovery: ${endpoint} is missing`);
    }
  });
});
