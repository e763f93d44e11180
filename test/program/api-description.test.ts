import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowOrigins } from '../../src/index.js';
import { caller, problem } from '../../src/program/site/api-schemas.js';
import { establish } from '../support/establish.js';
import { startWorld, type World } from '../support/world.js';

const FRIEND = 'https://app.example.com';

describe('the API', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ environment: { CORS_ORIGINS: `${FRIEND},http://localhost:5173` } });
  });
  afterAll(() => world.stop());

  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(world.app.url + path, init);
  const machine = async (): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await world.master.clientCredentialsToken('machine', 'orders/read')}`,
  });

  describe('describes itself at /api/openapi.json', () => {
    let document: OpenApi;
    beforeAll(async () => {
      document = (await (await get('/api/openapi.json')).json()) as OpenApi;
    });

    it('in a document that is valid OpenAPI 3.0', async () => {
      const { valid, errors } = await new Validator().validate({ ...document });
      expect(errors).toBeUndefined();
      expect(valid).toBe(true);
      expect(document.openapi).toMatch(/^3\.0\./);
    });

    it('with every API route there is, and each answers as described', async () => {
      expect(Object.keys(document.paths)).toEqual(['/api/me', '/api/orders', '/api/admin']);
      const { cookie } = await establish(world.app, {
        groups: ['admins'],
        scopes: ['orders/read'],
      });
      for (const [path, { get: operation }] of Object.entries(document.paths)) {
        const schema = operation.responses['200']?.content?.['application/json']?.schema;
        const answer = (await (await get(path, { headers: { cookie } })).json()) as object;
        expect(Object.keys(answer)).toEqual(Object.keys(schema?.properties ?? {}));
        expect(schema?.required).toEqual(Object.keys(answer));
        expect((await get(path)).status).toBe(401);
      }
    });

    it('with the cookie a browser really has', async () => {
      const { cookie } = await establish(world.app);
      expect(cookie.startsWith(`${document.components.securitySchemes.session.name}=`)).toBe(true);
    });

    it('with the body every refusal has', async () => {
      expect(() => problem.parse({})).toThrow();
      const refused = (await (await get('/api/me')).json()) as object;
      expect(problem.parse(refused)).toEqual(refused);
      expect(Object.keys(refused).toSorted()).toEqual(
        Object.keys(document.components.schemas.Problem.properties).toSorted(),
      );
    });

    it('and cannot send what it does not describe', () => {
      expect(() => caller.parse({ sub: 'x' })).toThrow();
    });
  });

  it('says where tokens for it come from (RFC 9728)', async () => {
    const refused = await fetch(`${world.app.url}/api/me`, {
      headers: { authorization: 'Bearer of.no.use' },
    });
    const url = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '');
    expect(url?.[1]).toBe(`${world.app.url}/.well-known/oauth-protected-resource`);
    const answer = await fetch(url?.[1] ?? '');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(await answer.json()).toEqual({
      resource: world.app.url,
      authorization_servers: [world.master.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: ['orders/read'],
    });
  });

  describe('called by a script of another site', () => {
    const corsHeaders = (answer: Response): string[] =>
      [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));

    it('answers one that is on the list, and lets it read the challenge', async () => {
      const answer = await get('/api/orders', {
        headers: { ...(await machine()), origin: FRIEND },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(FRIEND);
      expect(answer.headers.get('vary')).toContain('Origin');
      const refused = await get('/api/orders', { headers: { origin: FRIEND } });
      expect(refused.headers.get('access-control-allow-origin')).toBe(FRIEND);
      expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    });

    it('answers its preflight without asking for a token', async () => {
      const answer = await get('/api/orders', {
        method: 'OPTIONS',
        headers: {
          origin: FRIEND,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe(FRIEND);
      expect(answer.headers.get('access-control-allow-headers')).toContain('Authorization');
      expect(answer.headers.get('access-control-allow-methods')).toContain('GET');
    });

    it.each(['https://evil.example', 'https://app.example.com.evil.example', 'null'])(
      'says nothing of CORS to %s',
      async (origin) => {
        const answer = await get('/api/orders', { headers: { ...(await machine()), origin } });
        expect(corsHeaders(answer)).toEqual([]);
        const preflight = await get('/api/orders', {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'GET' },
        });
        expect(corsHeaders(preflight)).toEqual([]);
      },
    );

    it('never lets cookies count, and only /api is open', async () => {
      const { cookie } = await establish(world.app);
      const answer = await get('/api/me', { headers: { cookie, origin: FRIEND } });
      expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
      const page = await get('/profile', { headers: { cookie, origin: FRIEND } });
      expect(corsHeaders(page)).toEqual([]);
    });
  });
});

describe('without CORS_ORIGINS', () => {
  it('no other site may call the API', async () => {
    const world = await startWorld();
    const answer = await fetch(`${world.app.url}/api/me`, { headers: { origin: FRIEND } });
    expect(answer.headers.has('access-control-allow-origin')).toBe(false);
    await world.stop();
  });
});

describe('allowOrigins', () => {
  it.each(['https://app.example.com/', 'app.example.com', '', 'https://a.example/b'])(
    'refuses "%s", which is no origin',
    (origin) => {
      expect(() => allowOrigins([origin])).toThrow(TypeError);
    },
  );
});

interface Schema {
  properties?: object;
  required?: string[];
}

interface OpenApi {
  openapi: string;
  paths: Record<
    string,
    { get: { responses: Record<string, { content?: Record<string, { schema: Schema }> }> } }
  >;
  components: {
    schemas: { Problem: { properties: object } };
    securitySchemes: { session: { name: string } };
  };
}
