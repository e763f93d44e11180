import express, { type Express, type RequestHandler } from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import { relyingPartyOptions, signedIn, startPools, type Pools } from '../../src/testing/index.js';

/*
 * Express 4 looks at no promise that a handler returns: one that rejects is an unhandled rejection,
 * and ends the process. So nothing that a host mounts may reject; what is not ours to answer goes
 * to `next`.
 */

const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const ok: RequestHandler = (_req, res) => {
  res.send('in');
};

let pools: Pools;
let rp: RelyingParty;
let storeIsDown = false;
beforeAll(async () => {
  pools = await startPools({ keys: 'fixed' });
  const options = relyingPartyOptions(pools, {
    render: {
      error: () => {
        throw new Error('the render function failed');
      },
      logout: () => {
        throw new Error('the render function failed');
      },
    },
  });
  const { store } = options.session;
  const read: typeof store.read = async (key) => {
    if (storeIsDown) throw new Error('a store of the host failed in a way of its own');
    return store.read(key);
  };
  const hostStore = new Proxy(store, {
    get: (target, name) => {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  rp = createRelyingParty({ ...options, session: { ...options.session, store: hostStore } });
});
afterEach(() => {
  storeIsDown = false;
  rp.events.removeAllListeners();
});
afterAll(async () => {
  await rp.close();
  await pools.close();
});

/** What a handler returned, settled, and what it gave to `next`. */
interface Outcome {
  readonly settled: PromiseSettledResult<unknown>[];
  readonly passedOn: unknown[];
}

/** An app that looks at no promise, as Express 4. */
function mounted(handler: RequestHandler): { app: Express; outcome: () => Promise<Outcome> } {
  const returned: unknown[] = [];
  const passedOn: unknown[] = [];
  const app = express();
  app.use((req, res, next) => {
    returned.push(
      handler(req, res, (error?: unknown) => {
        if (error !== undefined) passedOn.push(error);
        next(error);
      }),
    );
  });
  app.use(ok);
  app.use(((error, _req, res, _next) => {
    res.status(500).send(`host: ${(error as Error).message}`);
  }) as express.ErrorRequestHandler);
  return { app, outcome: async () => ({ settled: await Promise.allSettled(returned), passedOn }) };
}

const failing = (): never => {
  throw new Error('the claim function failed');
};

describe('what a host mounts', () => {
  it.each<[string, () => RequestHandler, string]>([
    [
      'a claim function',
      () => rp.requireApiAccess({ claim: failing }),
      'the claim function failed',
    ],
    ['a store, behind the page guard', () => rp.requireSession(), 'a way of its own'],
    ['a store, behind the API guard', () => rp.requireApiAccess(), 'a way of its own'],
  ])('passes to next what failed, and never rejects: %s', async (_name, guard, message) => {
    const { headers } = await signedIn(rp);
    storeIsDown = message === 'a way of its own';
    const { app, outcome } = mounted(guard());
    const answer = await request(app).get('/').set(headers);
    expect(answer.status).toBe(500);
    expect(answer.text).toMatch(new RegExp(`^host: .*${message}`));
    const { settled, passedOn } = await outcome();
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled']);
    expect(passedOn).toHaveLength(1);
  });

  it.each<[string, () => RequestHandler, string, number]>([
    ['the API guard', () => rp.requireApiAccess(), '/', 401],
    ['the page guard', () => rp.requireSession(), '/', 302],
    ['the routes, whose page fails', () => rp.routes, '/logout', 500],
    ['the routes, whose error page fails', () => rp.routes, '/callback?state=a&code=b', 400],
  ])('answers by itself, and never rejects: %s', async (_name, handler, path, status) => {
    const { app, outcome } = mounted(handler());
    const answer = await request(app).get(path).set(page);
    expect(answer.status).toBe(status);
    const { settled, passedOn } = await outcome();
    expect(settled.map((each) => each.status)).toEqual(['fulfilled']);
    expect(passedOn).toEqual([]);
  });

  it('is answered as ever when a listener of the host fails', async () => {
    rp.events.on('request.failed', () => {
      throw new Error('the listener failed');
    });
    const { app, outcome } = mounted(rp.requireApiAccess());
    const answer = await request(app).get('/');
    expect(answer.status).toBe(401);
    expect((await outcome()).settled[0]?.status).toBe('fulfilled');
  });

  it('has an error handler that never rejects either', async () => {
    const { app, outcome } = mounted((req, res, next) => {
      res.status = () => {
        // Once: the host's own answer is to work.
        Reflect.deleteProperty(res, 'status');
        throw new Error('something of the host’s answer failed');
      };
      return rp.errorHandler(new Error('of the host'), req, res, next);
    });
    expect((await request(app).get('/')).text).toBe('host: something of the host’s answer failed');
    expect((await outcome()).settled[0]?.status).toBe('fulfilled');
  });
});
