import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import { relyingPartyOptions, signedIn, startPools, type Pools } from '../../src/testing/index.js';

const ORIGIN = 'https://www.example.com';

let pools: Pools;
let rp: RelyingParty;
let app: Express;
let changes = 0;
beforeAll(async () => {
  pools = await startPools({ keys: 'fixed' });
  rp = createRelyingParty(relyingPartyOptions(pools, { baseUrl: ORIGIN }));
  app = express();
  app.all('/account', rp.requireSession(), (req, res) => {
    changes += 1;
    res.send(req.auth?.name);
  });
});
afterAll(async () => {
  await rp.close();
  await pools.close();
});

type Method = 'get' | 'head' | 'options' | 'post' | 'put' | 'patch' | 'delete';
const ask = (method: Method, headers: Record<string, string>): request.Test => {
  const { [method]: send } = request(app);
  return send('/account').set(headers);
};
const UNSAFE: readonly Method[] = ['post', 'put', 'patch', 'delete'];

const form = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

describe('a page behind requireSession', () => {
  it.each([
    ['its own form', { ...form, 'sec-fetch-site': 'same-origin', origin: ORIGIN }, 200],
    ['its own fetch()', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
    ['the person alone, who reloads', { ...form, 'sec-fetch-site': 'none' }, 200],
    ['its own form, in an old browser', { accept: 'text/html', origin: ORIGIN }, 200],
    ['a sibling subdomain', { ...form, 'sec-fetch-site': 'same-site', origin: ORIGIN }, 403],
    ['a sibling, in an old browser', { origin: 'https://blog.example.com' }, 403],
    ['another site', { ...form, 'sec-fetch-site': 'cross-site' }, 403],
    ['the same name over http', { origin: 'http://www.example.com' }, 403],
    ['another port', { origin: 'https://www.example.com:8443' }, 403],
    ['a sandboxed frame', { ...form, origin: 'null' }, 403],
    ['nobody knows where', {}, 403],
  ])('takes or refuses changes from %s', async (_name, headers, status) => {
    const { cookie } = await signedIn(rp);
    for (const method of UNSAFE) {
      const before = changes;
      const answer = await ask(method, { ...headers, cookie });
      expect(answer.status, method).toBe(status);
      expect(changes - before, method).toBe(status === 200 ? 1 : 0);
    }
  });

  it('says why, to a program and to a person, and keeps the session', async () => {
    const { cookie } = await signedIn(rp);
    const fromSibling = { cookie, 'sec-fetch-site': 'same-site' };
    const program = await request(app).post('/account').set(fromSibling);
    expect(program.status).toBe(403);
    expect(program.body).toMatchObject({ code: 'csrf_refused' });
    const person = await request(app)
      .post('/account')
      .set({ ...form, ...fromSibling });
    expect(person.status).toBe(403);
    expect(person.text).toContain('csrf_refused');
    for (const { headers } of [program, person]) expect(headers['set-cookie']).toBeUndefined();
    expect((await request(app).get('/account').set({ cookie })).status).toBe(200);
  });

  it.each(['get', 'head', 'options'] as const)('is read from anywhere: %s', async (method) => {
    const { cookie } = await signedIn(rp);
    const linked = { cookie, 'sec-fetch-site': 'cross-site' };
    expect((await ask(method, linked)).status).toBe(200);
  });

  it.each([
    ['/edit?draft=7', '/edit?draft=7'],
    ['/account', '/'],
    ['/login', '/'],
    [`/edit?${'x'.repeat(1100)}`, '/'],
    ['https://evil.example/edit', '/'],
    ['no address', '/'],
  ])('whose form was on %s comes back from the sign-in to %s', async (from, to) => {
    const referer = from.startsWith('/') ? rp.baseUrl + from : from;
    const sent = { ...form, 'sec-fetch-site': 'same-origin', referer };
    const answer = await request(app).post('/account').set(sent);
    const [, href] = /href="([^"]*\/login\?return_to=[^"]*)"/.exec(answer.text)!;
    expect(new URL(href!, rp.baseUrl).searchParams.get('return_to')).toBe(to);
  });

  it('whose form was on a page of ours, below another path, comes back to the start page', async () => {
    const options = relyingPartyOptions(pools, { baseUrl: ORIGIN });
    const below = createRelyingParty({ ...options, basePath: '/auth' });
    const host = express()
      .use('/auth', below.routes)
      .post('/account', below.requireSession(), (_req, res) => void res.send('done'));
    for (const [from, to] of [
      ['/auth/signed-out', '/'],
      ['/signed-out', '/signed-out'],
    ]) {
      const sent = { ...form, 'sec-fetch-site': 'same-origin', referer: ORIGIN + from };
      const { text } = await request(host).post('/account').set(sent);
      const [, href] = /href="([^"]*\/login\?return_to=[^"]*)"/.exec(text)!;
      expect(new URL(href!, ORIGIN).searchParams.get('return_to')).toBe(to);
    }
    await below.close();
  });

  it('tells who is not signed in to sign in, wherever the form was', async () => {
    for (const site of ['same-origin', 'same-site', 'cross-site']) {
      const answer = await request(app)
        .post('/account')
        .set({ ...form, 'sec-fetch-site': site });
      expect(answer.status).toBe(401);
      expect(answer.text).toContain('form_not_sent');
      expect(answer.text).toContain('href="/login?return_to=%2F"');
    }
  });
});

describe('whom the test kit signs in', () => {
  it('sends as our own pages do: by headers, by an agent, by fetch', async () => {
    const { headers } = await signedIn(rp);
    expect((await request(app).post('/account').set(headers)).status).toBe(200);

    const agent = request.agent(app);
    await signedIn(rp, {}, agent);
    expect((await agent.post('/account')).status).toBe(200);

    const server = app.listen(0);
    const { port } = server.address() as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}/account`, { method: 'POST', headers });
    expect(answer.status).toBe(200);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is refused from another origin that a test gives', async () => {
    const { headers } = await signedIn(rp);
    for (const origin of ['https://blog.example.com', 'null']) {
      const stranger = { ...headers, origin };
      expect((await request(app).post('/account').set(stranger)).status).toBe(403);
    }
    const agent = request.agent(app);
    await signedIn(rp, {}, agent);
    const crossSite = agent.post('/account').set('sec-fetch-site', 'cross-site');
    expect((await crossSite).status).toBe(403);
  });

  it('has a browser cookie of our origin', async () => {
    const { browserCookie } = await signedIn(rp);
    expect(browserCookie.url).toBe(ORIGIN);
  });
});
