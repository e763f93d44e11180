import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, TokenFault } from '../../src/pools/index.js';
import { startWorld, type World } from '../support/world.js';

const HOUR_AHEAD = Math.floor(Date.now() / 1000) + 3700;

/** What a token endpoint could answer with, and the code each is refused with. */
const forgeries: [string, TokenFault, string][] = [
  ['signed with another key', { signature: 'foreign-key' }, 'id_token_signature_invalid'],
  ['with a damaged signature', { signature: 'corrupt' }, 'id_token_signature_invalid'],
  ['with an unknown kid', { kid: 'bm90LXB1Ymxpc2hlZA==' }, 'id_token_key_unknown'],
  ['with alg none', { signature: 'none' }, 'id_token_algorithm_refused'],
  ['of another issuer', { claims: { iss: 'https://evil.example' } }, 'id_token_issuer_mismatch'],
  ['for another client', { claims: { aud: 'another-client' } }, 'id_token_audience_mismatch'],
  [
    'for several clients without azp',
    { claims: { aud: ['AUD', 'another'] } },
    'id_token_audience_mismatch',
  ],
  [
    'for a stranger beside us, though azp is us',
    { claims: { aud: ['AUD', 'stranger'], azp: 'AUD' } },
    'id_token_audience_mismatch',
  ],
  [
    'of a sign-in that is an hour ahead',
    { claims: { auth_time: HOUR_AHEAD } },
    'id_token_issued_in_future',
  ],
  ['not valid for an hour yet', { claims: { nbf: HOUR_AHEAD } }, 'id_token_issued_in_future'],
  [
    'that is a logout token by its events',
    { claims: { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } } },
    'id_token_use_wrong',
  ],
  ['with another nonce', { claims: { nonce: 'another' } }, 'id_token_nonce_mismatch'],
  ['without a nonce', { claims: { nonce: null } }, 'id_token_nonce_mismatch'],
  [
    'that is an access token by its token_use',
    { claims: { token_use: 'access' } },
    'id_token_use_wrong',
  ],
  ['without token_use', { claims: { token_use: null } }, 'id_token_use_wrong'],
  [
    'of another access token by its at_hash',
    { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } },
    'id_token_access_token_mismatch',
  ],
  ['that has expired', { claims: { exp: 1_700_000_000 } }, 'id_token_expired'],
  ['issued an hour ahead', { claims: { iat: HOUR_AHEAD } }, 'id_token_issued_in_future'],
  ['with an empty subject', { claims: { sub: '' } }, 'id_token_subject_invalid'],
];

describe('an ID token', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(() => world.pools.reset());
  afterAll(() => world.stop());

  it.each(forgeries)('%s is refused, and nobody is signed in', async (_name, idToken, code) => {
    const browser = world.browser();
    const client = world.master.client('site').id;
    const fault = JSON.parse(JSON.stringify(idToken).replaceAll('AUD', client)) as TokenFault;
    world.pools.faults.once('oidc-pool-1', 'token', { idToken: fault });
    const page = await world.signIn(browser);

    expect(page.url).toContain(`${world.app.url}/callback`);
    expect(page.status).toBe(502);
    expect(page.text()).toContain(code);
    const guarded = await browser.get(`${world.app.url}/api/me`, { headers: { accept: '*/*' } });
    expect(guarded.status).toBe(401);
    expect(browser.cookies(world.app.url).map(({ key }) => key)).not.toContain('lifeguard');
  });

  it('that is missing is refused', async () => {
    world.pools.faults.once('oidc-pool-1', 'token', { omit: ['id_token'] });
    const page = await world.signIn(world.browser());
    expect(page.text()).toContain('id_token_missing');
  });

  it('signed with a key that was rotated in a moment ago is accepted', async () => {
    await world.signIn(world.browser());
    await world.master.rotateKeys();
    const page = await world.signIn(world.browser());
    expect(page.url).toBe(`${world.app.url}/profile`);
  });

  it('is refused for a kid nobody knows without asking the pool again and again', async () => {
    await world.signIn(world.browser());
    const before = world.pools.requests('oidc-pool-1', '/.well-known/jwks.json').length;
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const token = forgedToken(`kid-${attempt}`);
      const answer = await fetch(`${world.app.url}/api/me`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(401);
    }
    const asked = world.pools.requests('oidc-pool-1', '/.well-known/jwks.json').length - before;
    expect(asked).toBeLessThanOrEqual(5);
  });

  it('with broken answers around it ends on a page, never a stack trace', async () => {
    const faults: Fault[] = [
      { status: 500 },
      { status: 200, body: '<html>', contentType: 'text/html' },
      { truncate: true },
      { reset: true },
      { omit: ['access_token'] },
      { omit: ['token_type'] },
    ];
    for (const fault of faults) {
      world.pools.faults.once('oidc-pool-1', 'token', fault);
      const page = await world.signIn(world.browser());
      expect([502, 503]).toContain(page.status);
      expect(page.text()).toMatch(/code_exchange_failed|provider_unavailable/);
      expect(page.text()).not.toMatch(/\n\s+at /);
    }
  });
});

function forgedToken(kid: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ kid, alg: 'RS256' })}.${part({ sub: 'x' })}.c2lnbmF0dXJl`;
}
