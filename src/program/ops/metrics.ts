import { createHash, timingSafeEqual } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import express, { type Express, type Request, type RequestHandler, Router } from 'express';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { RelyingPartyEvents } from '../../relying-party/events.js';
import { sendProblem } from '../../web/pages/problem.js';
import { requestIdOf } from '../../web/request/request-id.js';
import { countLinesLost } from './cluster-metrics.js';

/**
 * What is counted, and the route that shows it. Each app has its own, so that two in one process do
 * not mix.
 */
export interface Metrics {
  readonly registry: Registry;
  /** Times every request; to be used before the routes. */
  readonly measureRequests: RequestHandler;
  /** `GET /metrics` */
  readonly routes: Router;
  /** Counts what happens at the relying party. */
  count(events: EventEmitter<RelyingPartyEvents>): void;
}

export interface MetricsOptions {
  /** Opens `/metrics`. */
  readonly token: string | undefined;
  /**
   * Whether the site is for this machine alone, so that without a token whoever asks from here may
   * have them. Behind a proxy on this machine every request comes from here.
   */
  readonly isLocal: boolean;
  /** How many log lines could not be written. */
  readonly linesLost: () => number;
  /**
   * The text to answer with; default this process's own registry. With several workers, the sum
   * over them.
   */
  readonly render?: (() => Promise<string>) | undefined;
  /** A clock in milliseconds that never goes back. */
  readonly elapsed?: (() => number) | undefined;
}

/**
 * Metrics in Prometheus's text format. Labels are route patterns, codes and names: never a path,
 * subject or address.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const { linesLost, render, elapsed } = options;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  countLinesLost(registry, linesLost);
  const registers = [registry];
  return {
    registry,
    measureRequests: measureRequests(registers, elapsed ?? (() => performance.now())),
    routes: metricsRoute(options, render ?? (() => registry.metrics())),
    count: countEvents(registers),
  };
}

function measureRequests(registers: Registry[], elapsed: () => number): RequestHandler {
  const duration = new Histogram({
    name: 'lifeguard_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  return (req, res, next) => {
    const startedAt = elapsed();
    res.once('close', () => {
      const status = `${Math.floor(res.statusCode / 100)}xx`;
      const labels = { method: req.method, route: routePattern(req), status };
      duration.observe(labels, (elapsed() - startedAt) / 1000);
    });
    next();
  };
}

/**
 * `/sessions/:handle/end`, not the path itself: labels must stay few, and paths may name people.
 */
function routePattern(req: Request): string {
  const route: unknown = req.route;
  const hasPath = typeof route === 'object' && route !== null && 'path' in route;
  if (!hasPath || typeof route.path !== 'string') return 'other';
  // Of the mount path only what was typed is known, and any mixture of cases leads there. Where no
  // route has answered, Express takes it away again.
  const mount: string | undefined = req.baseUrl;
  return `${mount?.toLowerCase() ?? ''}${route.path}`;
}

function countEvents(registers: Registry[]): Metrics['count'] {
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> => new Counter({ name, help, labelNames, registers });

  const logins = counter(
    'lifeguard_logins_total',
    'Logins by result: succeeded, or an error code.',
    ['result'],
  );
  const refreshes = counter(
    'lifeguard_refreshes_total',
    'Refreshes by result: succeeded, refused (the session ends) or failed (it lives on).',
    ['result'],
  );
  const ended = counter('lifeguard_sessions_ended_total', 'Sessions ended, by reason.', ['reason']);
  const signOutSteps = counter(
    'lifeguard_sign_out_steps_total',
    'Steps of sign-outs, by outcome.',
    ['step', 'outcome'],
  );
  const discoveryFailures = counter(
    'lifeguard_discovery_failures_total',
    'Times the discovery document could not be fetched.',
    [],
  );

  return (events) => {
    events.on('login.succeeded', () => logins.inc({ result: 'succeeded' }));
    events.on('login.failed', ({ code }) => logins.inc({ result: code }));
    events.on('session.refreshed', () => refreshes.inc({ result: 'succeeded' }));
    events.on('session.refresh_failed', ({ permanent }) =>
      refreshes.inc({ result: permanent ? 'refused' : 'failed' }),
    );
    events.on('session.ended', ({ reason }) => ended.inc({ reason }));
    events.on('logout.completed', ({ steps }) => {
      for (const { name, outcome } of steps) signOutSteps.inc({ step: name, outcome });
    });
    events.on('discovery.failed', () => discoveryFailures.inc());
  };
}

function metricsRoute(
  { token, isLocal }: Pick<MetricsOptions, 'token' | 'isLocal'>,
  render: () => Promise<string>,
): Router {
  const router = Router();
  const mayAsk =
    token === undefined
      ? (req: Request) => isLocal && isFromThisMachine(req)
      : hasBearerToken(token);
  router.get('/metrics', async (req, res, next) => {
    if (mayAsk(req)) {
      const text = await render();
      res.set({ 'Cache-Control': 'no-store', 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE });
      res.send(text);
    } else if (token === undefined) {
      // To the rest of the world there is no such page.
      next();
    } else {
      sendProblem(res, {
        status: 401,
        code: 'metrics_token_missing',
        title: 'Not for you',
        detail: 'Send the configured METRICS_TOKEN as a bearer token.',
        requestId: requestIdOf(res),
        challenge: 'Bearer',
      });
    }
  });
  return router;
}

/** `/metrics` alone, for a port of its own that only this machine can reach. */
export function metricsApp(render: () => Promise<string>): Express {
  const app = express();
  app.disable('x-powered-by');
  return app.use(metricsRoute({ token: undefined, isLocal: true }, render));
}

/**
 * A proxy on this machine connects from here too, but says for whom, or asks for the public name;
 * then the request is not ours to trust.
 */
function isFromThisMachine(req: Request): boolean {
  const address = req.socket.remoteAddress ?? '';
  const isLoopback = /^(?:::ffff:)?127\.|^::1$/.test(address);
  const isForwarded = Object.keys(req.headers).some((name) => FORWARDED.test(name));
  return isLoopback && !isForwarded && LOOPBACK_HOST.test(req.headers.host ?? '');
}

const FORWARDED = /^(?:forwarded|x-forwarded-.*|x-real-ip|via)$/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i;

/** The scheme's name is the same in any case (RFC 9110 section 11.1). */
const BEARER = /^bearer +(\S+)$/i;

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

function hasBearerToken(token: string): (req: Request) => boolean {
  const expected = digest(token);
  return ({ headers: { authorization = '' } }) =>
    timingSafeEqual(digest(BEARER.exec(authorization)?.[1] ?? ''), expected);
}
