import express, { type Express } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { RelyingPartyError } from '../../../src/errors/relying-party-error.js';
import { health } from '../../../src/program/ops/health.js';
import { StoreProbeError } from '../../../src/sessions/store-probe.js';
import { keptLog } from './log-lines.js';

const appWith = (ping: () => Promise<void>, isDraining = false, { logger } = keptLog()): Express =>
  express().use(
    health({ ping, checkSecrets: async () => 'ok', isDraining: () => isDraining, logger }),
  );

const storeAnswers = async (): Promise<void> => {};
const storeIsDown = async (): Promise<void> => {
  throw new RelyingPartyError('session_store_unavailable', 'down');
};

describe('health', () => {
  it('is ready when the session store answers', async () => {
    const { status, body, headers } = await request(appWith(storeAnswers)).get('/readyz');
    expect([status, body, headers['cache-control']]).toEqual([
      200,
      { status: 'ready', secrets: 'ok' },
      'no-store',
    ]);
  });

  it('is not ready while the store does not answer, and says so as a problem', async () => {
    const { status, body, type } = await request(appWith(storeIsDown)).get('/readyz');
    expect([status, type]).toEqual([503, 'application/problem+json']);
    expect(body).toMatchObject({ code: 'session_store_unavailable', status: 503 });
  });

  it('says which step fails and in a word why, and keeps the words of the driver for the log, once', async () => {
    const log = keptLog();
    let fault: Error | undefined = new StoreProbeError(
      'create',
      new Error('OOM command not allowed at redis-7.internal'),
    );
    const app = appWith(
      async () => {
        if (fault) throw fault;
      },
      false,
      log,
    );
    const first = await request(app).get('/readyz');
    expect(first.body).toMatchObject({ part: 'session_store', step: 'create', reason: 'full' });
    expect(first.text).not.toContain('redis-7');
    await request(app).get('/readyz');
    fault = undefined;
    await request(app).get('/readyz');
    await request(app).get('/readyz');
    expect(log.lines()).toMatchObject([
      {
        level: 'warn',
        msg: 'not ready',
        step: 'create',
        reason: 'full',
        detail: expect.stringContaining('redis-7'),
      },
      { level: 'info', msg: 'ready again' },
    ]);
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
