import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createRelyingParty } from '../../src/index.js';
import { internalsOf } from '../../src/relying-party/internals.js';
import type { Session } from '../../src/sessions/session.js';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';

const NAMES = ['lifeguard', 'lg-login', 'lg-logout', 'lg-places', 'lg-begun'];
const NOW = 1_800_000_000_000;

describe('each cookie of a relying party, when it is set and when it is cleared', () => {
  it.each([
    ['https://site.example', {}, '__Host-NAME', true],
    ['https://site.example', { basePath: '/A/b' }, '__Host-NAME.a.b', true],
    ['https://site.example', { cookieNamespace: 'shop' }, '__Host-NAME.shop', true],
    [
      'https://site.example',
      { basePath: '/auth', cookieNamespace: 'shop' },
      '__Host-NAME.shop',
      true,
    ],
    ['http://localhost:3000', {}, 'NAME', false],
    ['http://localhost:3000', { cookieNamespace: 'shop' }, 'NAME.shop', false],
  ])('at %s with %j is called %s', async (baseUrl, more, name, isSecure) => {
    const store = new MemoryStore({ now: () => NOW });
    const relyingParty = createRelyingParty({
      issuer: 'https://op.example',
      clientId: 'client-id',
      clientSecret: 'client-secret',
      baseUrl,
      session: { secrets: ['a secret for tests only - more than 32 bytes'], store },
      now: () => NOW,
      ...more,
    });
    const { cookie: sessionCookie, transactions, memory, lostSessions } = internalsOf(relyingParty);
    const session = { createdAt: NOW, absoluteExpiresAt: NOW + 60_000 } as Session;
    let state = '';
    const app = express();
    app.get('/set', (req, res) => {
      sessionCookie.write(res, 'id');
      ({ state } = transactions.begin(req, res, '/', {}));
      memory.logout.write(res, { chain: [], unended: [] });
      memory.places.write(res, ['somewhere']);
      lostSessions.noteBegun(req, res, session);
      res.end();
    });
    app.get('/clear', (req, res) => {
      sessionCookie.clear(res);
      expect(transactions.take(req, res, state)).toBeDefined();
      memory.logout.clear(res);
      memory.places.clear(res);
      res.end();
    });
    const set: string[] = (await request(app).get('/set')).get('Set-Cookie')!;
    const cookies = set.map((each) => each.split(';')[0]!);
    const cleared: string[] = (
      await request(app).get('/clear').set('Cookie', cookies.join('; '))
    ).get('Set-Cookie')!;

    const named = (all: readonly string[]) =>
      all.map((each) => each.split('=')[0]!.replace(/(lg-login\S*?)-[\w-]{8}$/, '$1'));
    const expected = NAMES.map((each) => name.replace('NAME', each));
    expect(named(set)).toEqual(expected);
    expect(named(cleared)).toEqual(expected.slice(0, 4));
    for (const cookie of [...set, ...cleared]) {
      expect(cookie).toMatch(/; Path=\/; /);
      expect(cookie).toMatch(/; HttpOnly(;|$)/);
      expect(cookie).toMatch(/; SameSite=Lax(;|$)/);
      expect(/; Secure(;|$)/.test(cookie)).toBe(isSecure);
      expect(cookie).not.toContain('Domain');
    }
    for (const cookie of cleared)
      expect(cookie).toMatch(/=; (Max-Age=0|Expires=Thu, 01 Jan 1970)/i);
    await relyingParty.close();
    await store.close();
  });
});
