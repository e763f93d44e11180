import { describe, expect, it } from 'vitest';
import { unverifiedJwt } from '../../support/jwt.js';
import { authorizeUrl, openBrowser, type Parameters, signIn } from '../journeys.js';
import { alice, app, callback } from '../seed.js';
import { exchangeCode, signInForTokens } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const ask = async (client: string, parameters: Parameters = {}, pool = world.members) =>
  openBrowser().get(authorizeUrl(pool, client, parameters), { follow: false });

describe('a good request', () => {
  it('goes to the login page with the same parameters and a new XSRF-TOKEN', async () => {
    const parameters = {
      nonce: 'n-1',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
    };
    const answer = await ask('site', parameters);

    expect(answer.status).toBe(302);
    const login = authorizeUrl(world.members, 'site', parameters, '/login');
    expect(new URL(answer.location ?? '').pathname).toBe(new URL(login).pathname);
    expect(Object.fromEntries(new URL(answer.location ?? '').searchParams)).toEqual(
      Object.fromEntries(new URL(login).searchParams),
    );
    expect(answer.setCookies.join('\n')).toMatch(
      /^XSRF-TOKEN=[0-9a-f-]{36};(?=.*HttpOnly)(?=.*SameSite=Lax)/im,
    );
  });

  it('goes straight to the identity provider it names, bound to this browser', async () => {
    const answer = await ask('site', { identity_provider: 'oidc-pool-2' }, world.master);
    expect(answer.status).toBe(302);
    expect(answer.location).toMatch(`${world.upstream.domain}/oauth2/authorize?`);
    const cookies = answer.setCookies.join('\n');
    expect(cookies).toMatch(/^csrf-state=.+HttpOnly/im);
    expect(cookies).toMatch(/^csrf-state-legacy=.+HttpOnly/im);
  });

  it('sends the identity provider a nonce but no PKCE challenge, even when the client uses PKCE', async () => {
    const { location } = await ask(
      'site',
      {
        identity_provider: 'oidc-pool-2',
        code_challenge: 'c'.repeat(43),
        code_challenge_method: 'S256',
      },
      world.master,
    );
    const upstream = new URL(location ?? '').searchParams;
    expect([...upstream.keys()]).toEqual([
      'client_id',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
      'nonce',
    ]);
    expect(upstream.get('redirect_uri')).toBe(`${world.master.domain}/oauth2/idpresponse`);
    expect(upstream.get('scope')).toBe('openid email profile');
    expect(upstream.get('nonce')).toMatch(/^[\w-]{171}$/);
  });

  it('passes login_hint and prompt on to the identity provider', async () => {
    const { location } = await ask(
      'site',
      {
        identity_provider: 'oidc-pool-2',
        login_hint: 'uma@example.com',
        prompt: 'login select_account',
      },
      world.master,
    );
    const upstream = new URL(location ?? '').searchParams;
    expect(upstream.get('login_hint')).toBe('uma@example.com');
    expect(upstream.get('prompt')).toBe('login select_account');
  });

  it('prefills the user name with login_hint', async () => {
    const page = await openBrowser().get(
      authorizeUrl(world.members, 'site', { login_hint: 'alice' }),
    );
    expect(page.document.querySelector('input[name=username]')?.getAttribute('value')).toBe(
      'alice',
    );
  });

  it('ignores parameters it does not know', async () => {
    const page = await signIn(openBrowser(), world.members, 'site', alice, {
      ui_locales: 'de',
      display: 'popup',
      response_mode: 'form_post',
      max_age: '1',
    });
    expect([...page.query.keys()]).toEqual(['code', 'state']);
  });

  it('grants every scope of the client when it asks for none', async () => {
    const tokens = await signInForTokens(world.members, 'site', alice, { scope: undefined });
    const { scope } = unverifiedJwt(tokens.access_token).claims;
    expect(String(scope).split(' ').toSorted()).toEqual(
      ['openid', 'email', 'profile', 'orders/read'].toSorted(),
    );
  });

  it('gets its state back as it was, or none when it sent none', async () => {
    const state = 'Abc-_.~0123456789';
    const withState = await signIn(openBrowser(), world.members, 'site', alice, { state });
    const without = await signIn(openBrowser(), world.members, 'site', alice, { state: undefined });
    expect(withState.query.get('state')).toBe(state);
    expect(without.query.has('state')).toBe(false);
  });
});

describe('a client that cannot be trusted with the answer', () => {
  it.each([
    ['another path', `${callback}/more`],
    ['a path trick', `${app}/x/../callback`],
    ['a trailing slash', `${callback}/`],
    ['a query', `${callback}?a=b`],
    ['another port', 'http://localhost:3001/callback'],
    ['a suffix of the host', 'http://localhost.evil.example:3000/callback'],
    ['a user name in the address', 'http://localhost:3000@evil.example/callback'],
    ['another scheme', 'https://localhost:3000/callback'],
    ['other letter case', 'http://localhost:3000/Callback'],
    ['a fragment', `${callback}#f`],
    ['a script', 'javascript:alert(1)'],
    ['an empty value', ''],
  ])('gets an error page, not a redirect, for a redirect_uri with %s', async (_, redirectUri) => {
    const { domain } = world.members;
    const clientId = world.members.client('site').id;
    for (const path of ['/oauth2/authorize', '/login']) {
      const url = authorizeUrl(world.members, 'site', { redirect_uri: redirectUri }, path);
      const page = await openBrowser().get(url);
      expect(page.visited).toBe(true);
      expect(page.status).toBe(400);
      if (redirectUri === '') continue;
      expect(page.url).toBe(`${domain}/error?error=redirect_mismatch&client_id=${clientId}`);
      expect(page.text()).toContain('An error was encountered with the requested page.');
      expect(page.text()).toContain('redirect_mismatch');
    }
  });

  it.each(['0nobody0000000000000000000', 'constructor', '__proto__'])(
    'gets an error page for the unknown client_id "%s"',
    async (unknown) => {
      const page = await openBrowser().get(
        authorizeUrl(world.members, 'site', { client_id: unknown }),
      );
      expect(page.url).toBe(
        `${world.members.domain}/error?error=invalid_request&client_id=${unknown}`,
      );
      expect(page.status).toBe(400);
    },
  );

  it('gets an error page for a client of another pool', async () => {
    const page = await openBrowser().get(
      authorizeUrl(world.members, 'site', { client_id: world.master.client('site').id }),
    );
    expect(page.query.get('error')).toBe('invalid_request');
    expect(page.status).toBe(400);
  });

  it.each(['redirect_uri', 'client_id'])('is told that %s is missing', async (parameter) => {
    const page = await openBrowser().get(
      authorizeUrl(world.members, 'site', { [parameter]: undefined }),
    );
    expect(page.status).toBe(400);
    expect(page.text()).toContain(`Required String parameter '${parameter}' is not present`);
  });

  it('is refused, not crashed on, when a parameter comes twice', async () => {
    const twice = `${authorizeUrl(world.members, 'site')}&redirect_uri=http://evil.example/`;
    const page = await openBrowser().get(twice, { follow: false });
    expect(page.status).toBeLessThan(500);
    expect(page.location ?? '').not.toMatch(/^http:\/\/evil\.example/);
  });

  it('cannot post to the authorization endpoint', async () => {
    const answer = await fetch(authorizeUrl(world.members, 'site'), {
      method: 'POST',
      redirect: 'manual',
    });
    expect([404, 405]).toContain(answer.status);
  });
});

describe('a request that goes back to the client as an error', () => {
  it.each<[string, Parameters]>([
    ['has no response_type', { response_type: undefined }],
    ['has a challenge but no method', { code_challenge: 'c'.repeat(43) }],
    [
      'asks for the plain method',
      { code_challenge: 'c'.repeat(43), code_challenge_method: 'plain' },
    ],
  ])('says invalid_request when it %s', async (_, parameters) => {
    const { status, location } = await ask('site', parameters);
    expect(status).toBe(302);
    const url = new URL(location ?? '');
    expect(url.origin + url.pathname).toBe(callback);
    expect(url.searchParams.get('error')).toBe('invalid_request');
    expect(url.searchParams.get('state')).toBe('st-1');
    expect(url.searchParams.has('code')).toBe(false);
  });

  it.each(['id_token', 'code id_token', 'none', 'CODE'])(
    'is an error for the response type "%s"',
    async (responseType) => {
      const { location } = await ask('site', { response_type: responseType });
      expect(location).toMatch(`${callback}?`);
      expect(new URL(location ?? '').searchParams.has('error')).toBe(true);
    },
  );

  it.each([
    ['site', 'token'],
    ['single-page', 'code'],
  ])('says unauthorized_client when %s asks for "%s"', async (client, responseType) => {
    const { location } = await ask(client, { response_type: responseType, scope: 'openid' });
    expect(location).toMatch(callback);
    expect(location).toContain('error=unauthorized_client');
  });

  it.each(['openid offline_access', 'openid nonsense', 'openid phone', 'orders/write'])(
    'says invalid_request with a description, in Cognito\'s order, for the scope "%s"',
    async (scope) => {
      const { status, location } = await ask('site', { scope });
      expect(status).toBe(302);
      expect(location).toBe(
        `${callback}?error_description=invalid_scope&state=st-1&error=invalid_request`,
      );
    },
  );

  it('carries the error in the fragment for the implicit grant', async () => {
    const { location } = await ask('single-page', {
      response_type: 'token',
      scope: 'openid nonsense',
      state: undefined,
    });
    expect(location).toBe(`${callback}#error_description=invalid_scope&error=invalid_request`);
  });

  it('says login_required for prompt=none without a session', async () => {
    const { location } = await ask('site', { prompt: 'none' });
    const query = new URL(location ?? '').searchParams;
    expect(location).toMatch(`${callback}?`);
    expect(query.get('error')).toBe('login_required');
    expect(query.get('state')).toBe('st-1');
  });
});

describe('an identity provider that cannot be used', () => {
  it.each([
    ['does not exist', 'nobody'],
    ['is written in another case', 'OIDC-POOL-2'],
    ['is not enabled for this client', 'bad-secret'],
    ['is called like a member of every object', 'constructor'],
    ['is the pool itself, not enabled for this client', 'COGNITO'],
  ])('ends on a 401 login page and never at the client when it %s', async (_, name) => {
    const page = await openBrowser().get(
      authorizeUrl(world.master, 'site', { identity_provider: name }),
    );
    expect(page.url).toMatch(`${world.master.domain}/login?`);
    expect(page.status).toBe(401);
    expect(page.text()).toContain('Login option is not available. Please try another one');
  });
});

describe('the implicit grant', () => {
  it('answers in the fragment, without a refresh token', async () => {
    const page = await signIn(openBrowser(), world.members, 'single-page', alice, {
      response_type: 'token',
      scope: 'openid email',
    });
    expect(page.url).toMatch(`${callback}#`);
    expect([...page.fragment.keys()]).toEqual([
      'id_token',
      'access_token',
      'token_type',
      'expires_in',
      'state',
    ]);
    expect(page.fragment.get('token_type')).toBe('bearer');
    expect(page.fragment.get('expires_in')).toBe('3600');
  });

  it('gives no ID token without openid', async () => {
    const page = await signIn(openBrowser(), world.members, 'single-page', alice, {
      response_type: 'token',
      scope: 'orders/read',
    });
    expect(page.fragment.has('id_token')).toBe(false);
    expect(page.fragment.has('access_token')).toBe(true);
  });
});

it('gives a code that is a UUID and works', async () => {
  const page = await signIn(openBrowser(), world.members, 'site', alice);
  const code = page.query.get('code') ?? '';
  expect(code).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect((await exchangeCode(world.members, 'site', code)).status).toBe(200);
});
