import express, { type RequestHandler } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type ApiAccess, type RelyingParty } from '../../src/index.js';
import {
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
  type TestUser,
} from '../../src/testing/index.js';

/** Guards as a program without types would make them. */
type Untyped = Record<string, (...access: unknown[]) => unknown>;

const ok: RequestHandler = (_req, res) => {
  res.json({});
};
const signedInAs = async (user: TestUser): Promise<Record<string, string>> => ({
  ...(await signedIn(rp, user)).headers,
});

let pools: Pools;
let rp: RelyingParty;
beforeAll(async () => {
  pools = await startPools({ keys: 'fixed' });
  const options = relyingPartyOptions(pools);
  rp = createRelyingParty({ ...options, session: { ...options.session, claims: ['department'] } });
});
afterAll(async () => {
  await rp.close();
  await pools.close();
});

describe.each(['requireApiAccess', 'requireSession'])('%s', (guard) => {
  const make = (...access: unknown[]): unknown => (rp as unknown as Untyped)[guard]!(...access);

  it('is made without an access, or with one that asks for nothing more', () => {
    expect(make()).toBeInstanceOf(Function);
    expect(make({})).toBeInstanceOf(Function);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a list', []],
    ['text', 'admins'],
    ['a function', () => true],
    ['a promise that nobody awaited', Promise.resolve({})],
    ['a Map', new Map()],
    ['a date', new Date()],
    ['an object of some class', Object.create(Array.prototype)],
    ['what inherits its members', Object.create({ group: 'admins' })],
    ['an object with a hidden member', Object.defineProperty({}, 'group', { value: 'admins' })],
    ['an object whose member is a symbol', { [Symbol('group')]: 'admins' }],
  ])('is not made when the whole access is %s', (_name, access) => {
    expect(() => make(access)).toThrow(TypeError);
    expect(() => make(access)).toThrow(new RegExp(`^${guard}: access is .+; leave it out`));
  });

  it('is not made with a second access, which nobody would look at', () => {
    expect(() => make({}, { maxAgeSeconds: 5 })).toThrow(TypeError);
    expect(() => make({}, undefined)).toThrow(
      new RegExp(`^${guard}: a second access is not looked at; write one with all of it$`),
    );
  });

  it.each([undefined, null, 0, -1, 0.5, 1.5, 1e9, Number.NaN, Infinity, '300', true, []])(
    'is not made with maxAgeSeconds: %o',
    (maxAgeSeconds) => {
      expect(() => make({ maxAgeSeconds })).toThrow(TypeError);
      expect(() => make({ maxAgeSeconds })).toThrow(
        new RegExp(`^${guard}: maxAgeSeconds is .+; give seconds, e.g. 300, or leave it out$`),
      );
    },
  );

  it.each([1, 300, 999_999_999])('is made with maxAgeSeconds: %d', (maxAgeSeconds) => {
    expect(make({ maxAgeSeconds })).toBeInstanceOf(Function);
  });
});

describe('requireApiAccess', () => {
  const make = (...access: unknown[]): unknown =>
    (rp as unknown as Untyped)['requireApiAccess']!(...access);

  it.each<[string, object, string]>([
    ['groups', { groups: 'admins' }, 'write group'],
    ['group', { group: undefined }, 'give one'],
    ['group', { group: null }, 'give one'],
    ['group', { group: [] }, 'give one'],
    ['group', { group: '' }, 'give one'],
    ['group', { group: 'admins\n' }, 'give one'],
    ['group', { group: ['admins', 'a\u0000b'] }, 'give one'],
    ['group', { group: ['admins', undefined] }, 'give one'],
    ['group', { group: ['admins', ''] }, 'give one'],
    ['group', { group: [['admins']] }, 'give one'],
    // eslint-disable-next-line no-sparse-arrays
    ['group', { group: [,] }, 'give one'],
    ['group', { group: true }, 'give one'],
    ['group', { group: new Set(['admins']) }, 'give one'],
    ['scopes', { scopes: 'orders/read' }, 'write scope'],
    ['Scope', { Scope: 'orders/read' }, 'write scope'],
    ['scope', { scope: undefined }, 'give one'],
    ['scope', { scope: [] }, 'give one'],
    ['scope', { scope: '' }, 'give one'],
    ['scope', { scope: 'two words' }, 'give one'],
    ['scope', { scope: [7] }, 'give one'],
    // None that a header could name.
    ['scope', { scope: 'orders/читать' }, 'give one'],
    ['scope', { scope: ['orders/read', 'a\u0000b'] }, 'give one'],
    ['claims', { claims: { tenant: 'n' } }, 'write claim'],
    ['claim', { claim: undefined }, 'give claims'],
    ['claim', { claim: null }, 'give claims'],
    ['claim', { claim: {} }, 'give claims'],
    ['claim', { claim: [] }, 'give claims'],
    ['claim', { claim: ['tenant'] }, 'give claims'],
    ['claim', { claim: new Map([['tenant', 'n']]) }, 'give claims'],
    ['claim', { claim: 'admin' }, 'give claims'],
    ['claim', { claim: true }, 'give claims'],
    ['claim', { claim: { tenant: undefined } }, 'give claims'],
    ['claim', { claim: { tenant: 'n', region: undefined } }, 'give claims'],
    ['claim', { claim: { tenant: null } }, 'give claims'],
    ['claim', { claim: { tenant: ['n'] } }, 'give claims'],
    ['claim', { claim: { tenant: { is: 'n' } } }, 'give claims'],
    ['claim', { claim: { tenant: Number.NaN } }, 'give claims'],
    ['claim', { claim: async () => true }, 'give claims'],
    ['claim', { claim: function* () {} }, 'give claims'],
    ['maxAge', { maxAge: 300 }, 'write maxAgeSeconds'],
    ['via', { via: undefined }, 'write session or bearer'],
    ['via', { via: null }, 'write session or bearer'],
    ['via', { via: 'cookie' }, 'write session or bearer'],
    ['via', { via: ['session'] }, 'write session or bearer'],
    ['acrValues', { acrValues: 'gold' }, 'there are scope, group, claim, maxAgeSeconds, via'],
    ['fresh', { fresh: true }, 'there are scope, group, claim, maxAgeSeconds, via'],
    ['__proto__', JSON.parse('{"__proto__":{"group":"a"}}'), 'there are'],
  ])('is not made with a %s like %o', (key, access, fix) => {
    expect(() => make(access)).toThrow(TypeError);
    expect(() => make(access)).toThrow(new RegExp(`^requireApiAccess: ${key} .+; ${fix}`));
  });

  it.each(['Domain Admins', 'CORP\\Admins', '"Admins"', 'Größte', 'CN=Admins,OU=IT;DC=corp'])(
    'guards by a group and by a claim of the name %j',
    async (name) => {
      const guard = rp.requireApiAccess({ group: ['nobody', name], claim: { department: name } });
      const app = express().get('/', guard, ok);
      const member = await signedInAs({ groups: ['other', name], claims: { department: name } });
      const stranger = await signedInAs({ groups: ['other'], claims: { department: name } });
      const { status, headers } = await request(app).get('/').set(stranger);
      expect((await request(app).get('/').set(member)).status).toBe(200);
      expect(status).toBe(403);
      expect(headers['www-authenticate']).toMatch(/^Bearer error="insufficient_scope", resource_/);
    },
  );

  it('keeps what it was made with, whatever becomes of the object', async () => {
    const group = ['admins'];
    const claim: Record<string, string> = { tenant: 'n' };
    const access: { group?: string[]; claim?: ApiAccess['claim'] } = { group, claim };
    const guard = rp.requireApiAccess(access as ApiAccess);
    const strict = rp.requireApiAccess({ claim });
    delete access.group;
    delete access.claim;
    group.push('everybody');
    delete claim['tenant'];
    const app = express().get('/group', guard, ok).get('/claim', strict, ok);
    const anybody = await signedInAs({ groups: ['everybody'] });
    expect((await request(app).get('/group').set(anybody)).status).toBe(403);
    expect((await request(app).get('/claim').set(anybody)).status).toBe(403);
  });
});

describe('requireSession', () => {
  const make = (...access: unknown[]): unknown =>
    (rp as unknown as Untyped)['requireSession']!(...access);

  it.each<[string, object, string]>([
    ['maxAge', { maxAge: 5 }, 'write maxAgeSeconds'],
    ['maxAgeSecond', { maxAgeSecond: 5 }, 'write maxAgeSeconds'],
    ['acr', { acr: 'gold' }, 'write acrValues'],
    ['acrValues', { acrValues: undefined }, 'give acr values'],
    ['acrValues', { acrValues: null }, 'give acr values'],
    ['acrValues', { acrValues: '' }, 'give acr values'],
    ['acrValues', { acrValues: ' gold' }, 'give acr values'],
    ['acrValues', { acrValues: 'gold ' }, 'give acr values'],
    ['acrValues', { acrValues: 'gold  silver' }, 'give acr values'],
    ['acrValues', { acrValues: 'g"old' }, 'give acr values'],
    ['acrValues', { acrValues: 'g'.repeat(201) }, 'give acr values'],
    ['acrValues', { acrValues: ['gold'] }, 'give acr values'],
    ['acrValues', { acrValues: [] }, 'give acr values'],
    ['fresh', { fresh: undefined }, 'write one of them'],
    ['fresh', { fresh: null }, 'write one of them'],
    ['fresh', { fresh: 'true' }, 'write one of them'],
    ['fresh', { fresh: 1 }, 'write one of them'],
    ['freshness', { freshness: true }, 'write fresh'],
    ['group', { group: 'admins' }, 'there are maxAgeSeconds, acrValues, fresh'],
    ['scope', { scope: 'orders/read' }, 'there are maxAgeSeconds, acrValues, fresh'],
  ])('is not made with a %s like %o', (key, access, fix) => {
    expect(() => make(access)).toThrow(TypeError);
    expect(() => make(access)).toThrow(new RegExp(`^requireSession: ${key} .+; ${fix}`));
  });
});

/** Compiled, never called: what TypeScript refuses already. */
export function refusedByTheTypes(): void {
  // @ts-expect-error
  rp.requireApiAccess(undefined);
  // @ts-expect-error
  rp.requireSession(undefined);
  // @ts-expect-error
  rp.requireApiAccess({ group: undefined });
  // @ts-expect-error
  rp.requireApiAccess({ claim: { tenant: undefined } });
  // @ts-expect-error
  rp.requireSession({ maxAgeSeconds: undefined });
  // @ts-expect-error
  rp.requireSession({ maxAge: 5 });
  // @ts-expect-error
  rp.requireApiAccess({ groups: 'admins' });
}
