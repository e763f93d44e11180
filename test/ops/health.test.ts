import express, { type Express } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { RelyingPartyError } from '../../src/errors.js';
import { health } from '../../src/ops/health.js';

const appWith = (ping: () => Promise<void>, isDraining = false): Express =>
  express().use(health({ ping, isDraining: () => isDraining }));

const storeAnswers = async (): Promise<void> => {};
const storeIsDown = async (): Promise<void> => {
  throw new RelyingPartyError('session_store_unavailable', 'down');
};

describe('health', () => {
  it('is ready when the session store answers', async () => {
    const { status, body, headers } = await request(appWith(storeAnswers)).get('/readyz');
    expect([status, body, headers['cache-control']]).toEqual([
      200,
      { status: 'ready' },
      'no-store',
    ]);
  });

  it('is not ready while the store does not answer, and says so as a problem', async () => {
    const { status, body, type } = await request(appWith(storeIsDown)).get('/readyz');
    expect([status, type]).toEqual([503, 'application/problem+json']);
    expect(body).toMatchObject({ code: 'session_store_unavailable', status: 503 });
  });

  it('is not ready once a stop has begun, whatever the store says', async () => {
    const { status, body } = await request(appWith(storeAnswers, true)).get('/readyz');
    expect([status, body.code]).toEqual([503, 'draining']);
  });

  it('lives all the while', async () => {
    const { status, body } = await request(appWith(storeIsDown, true)).get('/healthz');
    expect([status, body]).toEqual([200, { status: 'live' }]);
  });
});
