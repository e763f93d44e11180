import express, { type Express, type RequestHandler } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { RelyingPartyError } from '../../src/errors/relying-party-error.js';
import {
  errorHandler,
  notFound,
  type ErrorPage,
  type FailedRequest,
} from '../../src/web/pages/error-handler.js';
import { requestId } from '../../src/web/request/request-id.js';

const person = { Accept: 'text/html' };
const uuid = /^[0-9a-f-]{36}$/;

/** An app whose every request fails in the given way, and what it told its log. */
function failing(handler: RequestHandler): {
  app: Express;
  log: { error: unknown; request: FailedRequest }[];
} {
  const log: { error: unknown; request: FailedRequest }[] = [];
  const app = express()
    .use(requestId())
    .use(handler)
    .use(notFound())
    .use(
      errorHandler({
        renderError: (_req, _res, page) => Promise.resolve(JSON.stringify(page)),
        onError: (error, failed) => log.push({ error, request: failed }),
      }),
    );
  return { app, log };
}

const throwing = (error: unknown): RequestHandler => {
  return () => {
    throw error;
  };
};

const pageOf = (response: request.Response): ErrorPage => JSON.parse(response.text) as ErrorPage;

describe('a program', () => {
  it('gets problem+json with the code, our words and the request id', async () => {
    const { app } = failing(throwing(new RelyingPartyError('group_required', 'secret detail')));
    const response = await request(app).get('/x');

    expect(response.status).toBe(403);
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.body).toEqual({
      type: 'urn:lifeguard:problem:group_required',
      title: 'You may not see this',
      status: 403,
      detail: expect.any(String),
      code: 'group_required',
      request_id: expect.stringMatching(uuid),
    });
    expect(response.headers['x-request-id']).toBe(response.body.request_id);
    expect(response.text).not.toContain('secret detail');
  });

  it('is challenged on every 401, in the words of the guard if it has any', async () => {
    const error = new RelyingPartyError('session_ended', '');
    const bare = await request(failing(throwing(error)).app).get('/');
    expect(bare.headers['www-authenticate']).toBe('Bearer');

    const guarded = failing((_req, res) => {
      res.set('WWW-Authenticate', 'Bearer error="invalid_token"');
      throw error;
    });
    const answer = await request(guarded.app).get('/');
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  it.each([
    ['session_store_unavailable', 503],
    ['rate_limited', 429],
  ] as const)('is told when to come back after %s', async (code, status) => {
    const response = await request(failing(throwing(new RelyingPartyError(code, ''))).app).get('/');
    expect(response.status).toBe(status);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a person', () => {
  it('gets a page with the same facts and status', async () => {
    const { app } = failing(throwing(new RelyingPartyError('authorization_denied', '')));
    const response = await request(app).get('/x').set(person);
    expect(response.status).toBe(403);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(pageOf(response)).toMatchObject({ code: 'authorization_denied' });
    expect(pageOf(response).requestId).toBe(response.headers['x-request-id']);
  });

  it.each([
    [
      'sign in and come back',
      'session_ended',
      '/orders?page=2',
      '/login?return_to=%2Forders%3Fpage%3D2',
    ],
    [
      'sign in, without circling',
      'login_transaction_missing',
      '/callback?code=c0de&state=s',
      '/login',
    ],
    ['try the same page again', 'session_store_unavailable', '/orders?page=2', '/orders?page=2'],
    [
      'try the same page again, also with a backslash in its query',
      'session_store_unavailable',
      String.raw`/orders?path=C:\a`,
      '/orders?path=C:%5Ca',
    ],
    [
      'sign in and come back, also with a backslash in the query',
      'session_ended',
      String.raw`/orders?path=C:\a`,
      '/login?return_to=%2Forders%3Fpath%3DC%3A%255Ca',
    ],
    [
      'try to sign in again where it was refused',
      'provider_unavailable',
      '/login?return_to=%2Fa',
      '/login?return_to=%2Fa',
    ],
    [
      'sign in anew instead of using a code twice',
      'provider_unavailable',
      '/callback?code=c0de',
      '/login',
    ],
    [
      'try a page below the callback again, which is a page of the host',
      'session_store_unavailable',
      '/callback/paypal?token=x',
      '/callback/paypal?token=x',
    ],
    [
      'sign in and come back below the addresses of ours',
      'session_ended',
      '/login/devices',
      '/login?return_to=%2Flogin%2Fdevices',
    ],
    ['go to the start page', 'not_found', '/nowhere', '/'],
    ['go nowhere foreign', 'session_store_unavailable', '//evil.example/x', '/'],
    ['not come back to somewhere foreign', 'session_ended', '//evil.example/x', '/login'],
  ] as const)('is offered to %s', async (_what, code, url, href) => {
    const { app } = failing(throwing(new RelyingPartyError(code, '')));
    const response = await request(app).get(url).set(person);
    expect(pageOf(response).next.href).toBe(href);
    expect(response.text).not.toContain('c0de');
  });

  it('gets JSON rather than nothing when the page itself fails', async () => {
    const log: FailedRequest[] = [];
    const app = express()
      .use(throwing(new RelyingPartyError('not_found', '')))
      .use(
        errorHandler({
          renderError: () => Promise.reject(new Error('the template is broken')),
          onError: (_error, failed) => log.push(failed),
        }),
      );
    const response = await request(app).get('/').set(person);
    expect(response.status).toBe(404);
    expect(response.body).toMatchObject({ code: 'not_found' });
    expect(log.map(({ code }) => code)).toEqual(['not_found', 'internal_error']);
  });
});

describe('what we did not expect', () => {
  it('is a 500 that tells nothing but the request id', async () => {
    const { app, log } = failing(throwing(new Error('password is hunter2')));
    const response = await request(app).get('/x?code=c0de');
    expect(response.status).toBe(500);
    expect(response.body).toMatchObject({ code: 'internal_error' });
    expect(response.text).not.toContain('hunter2');
    expect(response.text).not.toContain('error-handler.test');
    expect(log).toMatchObject([
      { error: expect.any(Error), request: { path: '/x', method: 'GET', status: 500 } },
    ]);
    expect(JSON.stringify(log)).not.toContain('c0de');
  });

  it.each([['a string'], [undefined], [{ status: 404, expose: true }]])(
    'may be thrown as %o',
    async (thrown) => {
      const { app } = failing((_req, _res, next) => next(thrown ?? new Error('nothing')));
      expect((await request(app).get('/')).status).toBe(500);
    },
  );

  it.each([{ status: 400 }, { status: 404, expose: false }])(
    'does not pass on the status another server answered with: %o',
    async (answer) => {
      const fromProvider = Object.assign(new Error('invalid_grant'), answer);
      const response = await request(failing(throwing(fromProvider)).app).get('/');
      expect(response.status).toBe(500);
    },
  );

  it('cuts the connection when half the answer is out', async () => {
    const { app, log } = failing((_req, res) => {
      res.write('half');
      throw new Error('too late');
    });
    await expect(request(app).get('/')).rejects.toThrow(/aborted|hang up/);
    expect(log).toHaveLength(1);
  });
});

describe('a request Express cannot read', () => {
  it('is a 400 when its path is malformed', async () => {
    const { app } = failing((_req, _res, next) => next());
    app.router.stack.unshift(...express.Router().get('/:id', (_req, res) => void res.end()).stack);
    const response = await request(app).get('/%zz');
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({ code: 'request_malformed' });
  });

  it('keeps its own status, such as 413', async () => {
    const { app } = failing(express.urlencoded({ extended: false, limit: 10 }));
    const response = await request(app)
      .post('/')
      .type('form')
      .send({ a: 'b'.repeat(100) });
    expect(response.status).toBe(413);
    expect(response.body).toMatchObject({ code: 'request_malformed', status: 413 });
  });
});

it('says not_found for what no route took', async () => {
  const { app, log } = failing((_req, _res, next) => next());
  const response = await request(app).get('/nowhere?token=t0ken');
  expect(response.status).toBe(404);
  expect(response.body).toMatchObject({ code: 'not_found' });
  expect(JSON.stringify(log) + String(log[0]?.error)).not.toContain('t0ken');
});
