import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type RunningApp } from '../../support/app.js';
import { startBareProvider, type BareProvider } from '../../support/bare-provider.js';
import { establish } from '../../support/establish.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

describe('back-channel logout', () => {
  let provider: BareProvider;
  let app: RunningApp;
  beforeAll(async () => {
    provider = await startBareProvider();
    app = await startApp({ ISSUER: provider.issuer, CLIENT_ID: 'site', CLIENT_SECRET: 'secret' });
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  const nowSeconds = (): number => Math.floor(Date.now() / 1000);
  const goodClaims = () => ({
    iss: provider.issuer,
    aud: 'site',
    iat: nowSeconds(),
    exp: nowSeconds() + 120,
    jti: randomUUID(),
    sub: 'alice',
    sid: 'sign-in-1',
    events: { [EVENT]: {} },
  });
  const post = (token: string | undefined): Promise<Response> =>
    fetch(`${app.url}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams(token === undefined ? {} : { logout_token: token }),
    });
  const isSignedIn = async ({ cookie }: { cookie: string }): Promise<boolean> =>
    (await fetch(`${app.url}/api/me`, { headers: { cookie } })).status === 200;

  it('ends the sign-in its sid names and leaves the user’s others alone', async () => {
    const named = await establish(app, { sid: 'sign-in-1' });
    const other = await establish(app, { sid: 'sign-in-2' });
    const answer = await post(await provider.sign(goodClaims()));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await isSignedIn(named)).toBe(false);
    expect(await isSignedIn(other)).toBe(true);
  });

  it('ends all of the user’s sessions when it names only the sub, and nobody else’s', async () => {
    const first = await establish(app, { sid: 'a' });
    const second = await establish(app, { sid: 'b' });
    const bob = await establish(app, { subject: 'bob' });
    const { sid: _sid, ...claims } = goodClaims();
    expect((await post(await provider.sign(claims))).status).toBe(200);
    expect(await Promise.all([first, second, bob].map(isSignedIn))).toEqual([false, false, true]);
  });

  it('does not end a sign-in of another user than the one it names', async () => {
    const bob = await establish(app, { subject: 'bob', sid: 'sign-in-1' });
    expect((await post(await provider.sign(goodClaims()))).status).toBe(200);
    expect(await isSignedIn(bob)).toBe(true);
  });

  it('answers 200 when no session fits: there is nothing left to do', async () => {
    const claims = { ...goodClaims(), sub: 'nobody', sid: 'unknown' };
    expect((await post(await provider.sign(claims))).status).toBe(200);
  });

  const badClaims: [string, object][] = [
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'another' }],
    ['for a stranger beside us', { aud: ['site', 'stranger'] }],
    ['of a sign-in that is an hour ahead', { auth_time: nowSeconds() + 3600 }],
    ['issued ahead of time', { iat: nowSeconds() + 3600 }],
    ['without iat', { iat: undefined }],
    ['that has expired', { exp: nowSeconds() - 3600 }],
    ['without exp', { exp: undefined }],
    ['that expires far ahead', { exp: nowSeconds() + 86_400 }],
    ['without sub and sid', { sub: undefined, sid: undefined }],
    ['without the logout event', { events: { other: {} } }],
    ['with an event that is no object', { events: { [EVENT]: true } }],
    ['without events, as an ID token', { events: undefined }],
    ['with a nonce', { nonce: 'n' }],
    ['without jti', { jti: undefined }],
  ];
  it.each(badClaims)('refuses a token %s, and ends nothing', async (_name, change) => {
    const session = await establish(app, { sid: 'sign-in-1' });
    const answer = await post(await provider.sign({ ...goodClaims(), ...change }));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ code: 'logout_token_invalid' });
    expect(await isSignedIn(session)).toBe(true);
  });

  it('refuses a token signed with another key, under an unknown kid, unsigned, or no token at all', async () => {
    const unsigned = (await provider.sign(goodClaims())).split('.').toSpliced(2, 1, '').join('.');
    const cases: [string | undefined, string][] = [
      [await provider.sign(goodClaims(), { foreignKey: true }), 'logout_token_signature_invalid'],
      [await provider.sign(goodClaims(), { kid: 'another' }), 'logout_token_key_unknown'],
      [unsigned, 'logout_token_signature_invalid'],
      ['nonsense', 'logout_token_malformed'],
      [undefined, 'logout_token_malformed'],
    ];
    for (const [token, code] of cases) {
      const answer = await post(token);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code });
    }
  });

  it.each(['at+jwt', 'application/AT+JWT', 'secevent+jwt'])(
    'refuses a token that says it is of type %s, and ends nothing',
    async (typ) => {
      const session = await establish(app, { sid: 'sign-in-1' });
      const answer = await post(await provider.sign(goodClaims(), { typ }));
      expect(answer.status).toBe(400);
      expect(await isSignedIn(session)).toBe(true);
    },
  );

  it.each([null, 'JWT', 'application/logout+jwt'])('takes one of type %s', async (typ) => {
    expect((await post(await provider.sign(goodClaims(), { typ }))).status).toBe(200);
  });

  it('refuses a token whose sid cannot be read, and does not end all of the user’s sessions instead', async () => {
    const session = await establish(app, { sid: 'another' });
    expect((await post(await provider.sign({ ...goodClaims(), sid: 5 }))).status).toBe(400);
    expect(await isSignedIn(session)).toBe(true);
  });

  it('refuses the same token a second time', async () => {
    const token = await provider.sign(goodClaims());
    expect((await post(token)).status).toBe(200);
    const session = await establish(app, { sid: 'sign-in-1' });
    expect((await post(token)).status).toBe(400);
    expect(await isSignedIn(session)).toBe(true);
  });
});
