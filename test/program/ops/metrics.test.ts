import { EventEmitter } from 'node:events';
import express, { type Express, Router } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics, metricsApp } from '../../../src/program/ops/metrics.js';
import type { RelyingPartyEvents } from '../../../src/relying-party/events.js';

function appWith(
  options: {
    token?: string;
    isLocal?: boolean;
    linesLost?: () => number;
    elapsed?: () => number;
  } = {},
): {
  app: Express;
  metrics: Metrics;
} {
  const { token, isLocal = true, linesLost = () => 0, elapsed } = options;
  const metrics = createMetrics({ token, isLocal, linesLost, elapsed });
  const sessions = Router().post('/:handle/end', (_req, res) => void res.sendStatus(204));
  const relyingParty = express().get('/login', (_req, res) => res.redirect('/elsewhere'));
  const app = express()
    .use(metrics.measureRequests, metrics.routes)
    .use('/sessions', sessions)
    .use(relyingParty);
  return { app, metrics };
}

describe('GET /metrics', () => {
  it('is there for nobody when the site is public and no token is configured: a proxy asks from here too', async () => {
    const { status, text } = await request(appWith({ isLocal: false }).app)
      .get('/metrics')
      .set('Host', 'localhost:3000');
    expect(status).toBe(404);
    expect(text).not.toContain('lifeguard_');
  });

  it('asks for the token when the site is public and one is configured', async () => {
    const { app } = appWith({ isLocal: false, token: '0123456789abcdef' });
    expect((await request(app).get('/metrics')).status).toBe(401);
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      const authorization = `${scheme} 0123456789abcdef`;
      const answer = await request(app).get('/metrics').set('Authorization', authorization);
      expect(answer.text).toContain('lifeguard_');
    }
  });

  it('tells how many log lines were lost', async () => {
    let lost = 2;
    const { app } = appWith({ linesLost: () => lost });
    expect((await request(app).get('/metrics')).text).toContain('log_lines_lost_total 2\n');
    lost = 5;
    expect((await request(app).get('/metrics')).text).toContain('log_lines_lost_total 5\n');
  });

  it('is there for this machine when the site is for it alone and no token is configured', async () => {
    const { status, text, type } = await request(appWith().app).get('/metrics');
    expect([status, type]).toEqual([200, 'text/plain']);
    expect(text).toContain('lifeguard_http_request_duration_seconds');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'Via'])(
    'is not there for somebody a proxy on this machine speaks for (%s)',
    async (header) => {
      const { status } = await request(appWith().app).get('/metrics').set(header, '127.0.0.1');
      expect(status).toBe(404);
    },
  );

  it.each([undefined, 'Bearer', 'Bearer 0123456789abcdeX', 'Basic 0123456789abcdef'])(
    'asks for the token when one is configured, also from this machine (%s)',
    async (authorization) => {
      const { app } = appWith({ token: '0123456789abcdef' });
      const call = request(app).get('/metrics');
      if (authorization !== undefined) call.set('Authorization', authorization);
      const { status, headers, text } = await call;
      expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(text).not.toContain('lifeguard_');
    },
  );

  it('has a port of its own where no token is needed and nothing else is answered', async () => {
    const app = metricsApp(async () => 'figures 1');
    const { status, text, headers } = await request(app).get('/metrics');
    expect([status, text, headers['cache-control']]).toEqual([200, 'figures 1', 'no-store']);
    expect((await request(app).get('/')).status).toBe(404);
    expect((await request(app).get('/metrics').set('Host', 'evil.example')).status).toBe(404);
    expect((await request(app).get('/metrics').set('X-Forwarded-For', '::1')).status).toBe(404);
  });

  it('answers to the token, wherever it comes from', async () => {
    const { status } = await request(appWith({ token: '0123456789abcdef' }).app)
      .get('/metrics')
      .set({ Authorization: 'Bearer 0123456789abcdef', 'X-Forwarded-For': '192.0.2.1' });
    expect(status).toBe(200);
  });
});

const countOf = (labels: string): string =>
  `lifeguard_http_request_duration_seconds_count{${labels}} 1`;

describe('request durations', () => {
  it('are kept by method, route pattern and class of status; never by path', async () => {
    let elapsed = 0;
    const { app, metrics } = appWith({ elapsed: () => (elapsed += 30) });
    await request(app).post('/SeSSions/alice-secret/end');
    await request(app).get('/login?return_to=/alice-secret');
    await request(app).get('/alice-secret');
    await request(app).get('/metrics').set('Via', 'a proxy');

    const text = await metrics.registry.metrics();
    expect(text).toContain(countOf('method="POST",route="/sessions/:handle/end",status="2xx"'));
    expect(text).toContain(countOf('method="GET",route="/login",status="3xx"'));
    expect(text).toContain(countOf('method="GET",route="other",status="4xx"'));
    expect(text).toContain(countOf('method="GET",route="/metrics",status="4xx"'));
    expect(text).toContain(
      'lifeguard_http_request_duration_seconds_sum{method="GET",route="/login",status="3xx"} 0.03',
    );
    expect(text).not.toContain('alice-secret');
  });
});

describe('what happens at the relying party', () => {
  it('is counted by result, reason and outcome', async () => {
    const { metrics } = appWith();
    const events = new EventEmitter<RelyingPartyEvents>();
    metrics.count(events);
    const who = { subject: 'alice-secret', session: 'key' };
    events.emit('login.succeeded', { ...who, requestId: 'r', identityProvider: undefined });
    events.emit('login.failed', { requestId: 'r', code: 'code_refused', detail: '' });
    events.emit('session.refreshed', who);
    events.emit('session.refresh_failed', { ...who, permanent: true, detail: '' });
    events.emit('session.refresh_failed', { ...who, permanent: false, detail: '' });
    events.emit('session.ended', { ...who, reason: 'logout' });
    events.emit('logout.completed', { steps: [{ name: 'upstream pool', outcome: 'done' }] });
    events.emit('discovery.failed', { detail: '', servedStale: false });

    const text = await metrics.registry.metrics();
    expect(text.split('\n').filter((line) => /^lifeguard_\w+_total/.test(line))).toEqual([
      'lifeguard_log_lines_lost_total 0',
      'lifeguard_logins_total{result="succeeded"} 1',
      'lifeguard_logins_total{result="code_refused"} 1',
      'lifeguard_refreshes_total{result="succeeded"} 1',
      'lifeguard_refreshes_total{result="refused"} 1',
      'lifeguard_refreshes_total{result="failed"} 1',
      'lifeguard_sessions_ended_total{reason="logout"} 1',
      'lifeguard_sign_out_steps_total{step="upstream pool",outcome="done"} 1',
      'lifeguard_discovery_failures_total 1',
    ]);
    expect(text).not.toContain('alice-secret');
  });
});
