import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createSealedCookie } from '../../src/sessions/sealing/sealed-cookie.js';

describe('a sealed cookie', () => {
  let time = 1_000_000;
  const options = {
    secrets: ['a secret for tests only - more than 32 bytes'],
    isHttps: false,
    cookieNamespace: '',
    now: () => time,
  };
  const use = { baseName: 'lg-test', purpose: 'a test' };
  const cookie = createSealedCookie<{ readonly word: string }>(options, use);
  const another = createSealedCookie<{ readonly word: string }>(options, {
    ...use,
    purpose: 'another test',
  });
  const app = express();
  app.get('/write', (_req, res) => {
    cookie.write(res, { word: 'hello' }, 60);
    res.end();
  });
  app.get('/clear', (_req, res) => {
    cookie.clear(res);
    res.end();
  });
  app.get('/read', (req, res) => {
    res.json([cookie.read(req)?.word ?? null, another.read(req)?.word ?? null]);
  });
  const setBy = async (path: string): Promise<string> =>
    (await request(app).get(path)).headers['set-cookie']![0]!;
  const readWith = async (set: string): Promise<unknown> =>
    (await request(app).get('/read').set('cookie', set.split(';')[0]!)).body;

  it('is kept by the browser for as long as it says, shows nothing, and opens for its own use alone', async () => {
    const set = await setBy('/write');
    expect(set).toMatch(/^lg-test=[\w-]+; Max-Age=60; Path=\/;/);
    expect(set).toContain('HttpOnly');
    expect(Buffer.from(set.slice(8).split(';')[0]!, 'base64url').toString()).not.toContain('hello');
    expect(await readWith(set)).toEqual(['hello', null]);
  });

  it('counts for no longer than that, whatever the browser does', async () => {
    const set = await setBy('/write');
    time += 59_999;
    expect(await readWith(set)).toEqual(['hello', null]);
    time += 1;
    expect(await readWith(set)).toEqual([null, null]);
  });

  it('is taken away', async () => {
    expect(await setBy('/clear')).toMatch(/^lg-test=; Max-Age=0; Path=\/;/);
  });
});
