import express, { type Request, type Response } from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { clearCookie, readCookie, readCookies, setCookie } from '../../src/web/cookies.js';

async function answer(handler: (req: Request, res: Response) => void, cookie?: string) {
  const app = express().use((req, res) => {
    handler(req, res);
    res.end();
  });
  const asked = request(app).get('/');
  return cookie === undefined ? asked : asked.set('Cookie', cookie);
}

const setCookies = async (handler: (res: Response) => void): Promise<string[]> =>
  [(await answer((_req, res) => handler(res))).headers['set-cookie'] ?? []].flat();

it('sets a cookie no script can read and no other site can use to post', async () => {
  const [cookie] = await setCookies((res) => {
    setCookie(res, '__Host-session', 'a b;c', { secure: true, maxAgeSeconds: 59.9 });
  });
  const [pair, ...attributes] = (cookie ?? '').split('; ');
  expect(pair).toBe('__Host-session=a%20b%3Bc');
  expect(attributes.toSorted()).toEqual(
    ['HttpOnly', 'Max-Age=59', 'Path=/', 'SameSite=Lax', 'Secure'].toSorted(),
  );
});

it('leaves the lifetime to the browser, and Secure out, where asked to', async () => {
  const [cookie] = await setCookies((res) => setCookie(res, 'a', '1', { secure: false }));
  expect(cookie).not.toMatch(/max-age|expires|secure|domain/i);
});

it('replaces a cookie of the same name in the same answer and leaves the others alone', async () => {
  const cookies = await setCookies((res) => {
    res.append('Set-Cookie', 'host=theirs');
    setCookie(res, 'a', 'first', { secure: true });
    setCookie(res, 'ab', 'other', { secure: true });
    setCookie(res, 'a', 'second', { secure: true });
  });
  expect(cookies.map((each) => each.split(';')[0])).toEqual([
    'host=theirs',
    'ab=other',
    'a=second',
  ]);
});

it('takes a cookie away with the attributes it was set with', async () => {
  const [cookie] = await setCookies((res) => clearCookie(res, 'a', { secure: true }));
  expect(cookie).toMatch(/^a=; Max-Age=0; /);
  expect(cookie).toContain('Path=/');
  expect(cookie).toContain('Secure');
});

it('reads cookies as they were set, and whatever else a browser may send', async () => {
  let seen: Record<string, string | undefined> = {};
  const sent = 'a=a%20b%3Bc; bad=%zz; a=second; __proto__=x; =nameless; empty=';
  await answer((req) => {
    seen = { ...readCookies(req), one: readCookie(req, 'a'), none: readCookie(req, 'toString') };
  }, sent);
  expect(seen).toMatchObject({ a: 'a b;c', bad: '%zz', empty: '', one: 'a b;c', none: undefined });
});

it('reads nothing where there is no cookie', async () => {
  let seen: string | undefined = 'unset';
  await answer((req) => {
    seen = readCookie(req, 'a');
  });
  expect(seen).toBeUndefined();
});
