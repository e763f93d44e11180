import { readFile } from 'node:fs/promises';
import express, {
  Router,
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
} from 'express';
import { packageFile } from '../web/package-files.js';
import { dispatch } from './api/dispatch.js';
import type { FaultEndpoint } from './control/faults.js';
import { assignPool, formOf, poolOf, serve, type Endpoint } from './exchange/exchange.js';
import type { PoolsRuntime } from './exchange/runtime.js';
import { authorize } from './hosted-ui/authorize.js';
import { idpResponse } from './hosted-ui/federation/federation.js';
import { loginPage, submitLogin } from './hosted-ui/login.js';
import { logout } from './hosted-ui/logout.js';
import { submitNewPassword } from './hosted-ui/new-password.js';
import { errorPage } from './hosted-ui/pages/error-page.js';
import { indexPage } from './hosted-ui/pages/index-page.js';
import { discovery, jwks } from './oauth/discovery.js';
import { revoke } from './oauth/revoke.js';
import { token } from './oauth/token.js';
import { userInfo } from './oauth/user-info.js';
import { answerAfterSaving } from './state/state-file.js';

type Route = [method: 'get' | 'post', path: string, fault: FaultEndpoint | undefined, Endpoint];

const issuerRoutes: Route[] = [
  ['get', '/.well-known/openid-configuration', 'discovery', discovery],
  ['get', '/.well-known/jwks.json', 'jwks', jwks],
];

const domainRoutes: Route[] = [
  ['get', '/oauth2/authorize', 'authorize', authorize],
  ['get', '/login', 'login', loginPage],
  ['post', '/login', 'login', submitLogin],
  ['post', '/newPassword', 'login', submitNewPassword],
  ['get', '/oauth2/idpresponse', 'idpresponse', idpResponse],
  ['post', '/oauth2/token', 'token', token],
  ['get', '/oauth2/userInfo', 'userInfo', userInfo],
  ['post', '/oauth2/userInfo', 'userInfo', userInfo],
  ['post', '/oauth2/revoke', 'revoke', revoke],
  ['get', '/logout', 'logout', logout],
  ['get', '/error', undefined, errorPage],
];

/** What a pool may be asked for, relative to its domain or its issuer. */
export const poolPaths: readonly string[] = [
  ...new Set(['/', ...[...issuerRoutes, ...domainRoutes].map(([, path]) => path)]),
];

/** The one Express app: each pool has its issuer at `/{poolId}` and its domain at `/{domain}`. */
export function createPoolsApp(runtime: PoolsRuntime): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', false);
  app.use(logRequests(runtime));
  const { stateFile, log } = runtime;
  if (stateFile !== undefined) {
    const problem = 'The state cannot be written: ';
    app.use(
      answerAfterSaving(stateFile, (error) =>
        log({ kind: 'error', pool: undefined, path: '/', message: `${problem}${String(error)}` }),
      ),
    );
  }
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/favicon.ico', (_request, response) => void response.status(204).end());
  app.get('/assets/pools.css', async (_request, response) => {
    const css = await readFile(packageFile('views/pools/pools.css'));
    response
      .set({ 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' })
      .end(css);
  });
  app.get('/', (_request, response) => indexPage(runtime, response));
  app.post('/', express.text({ type: () => true, limit: '1mb' }), async (request, response) =>
    dispatch(runtime, request, response),
  );

  const issuer = routerOf(runtime, issuerRoutes);
  const domain = routerOf(runtime, domainRoutes);
  app.use(
    '/:place',
    express.text({ type: 'application/x-www-form-urlencoded' }),
    (request, response, next) => {
      const { place } = request.params;
      const ofIssuer = runtime.pools.find((pool) => pool.id === place);
      const pool =
        ofIssuer ?? runtime.pools.find(({ domains }) => domains.some(({ name }) => name === place));
      if (pool === undefined) return next();
      assignPool(response, pool);
      runtime.requestLog.record(pool.name, request, response, formOf(request));
      (ofIssuer ? issuer : domain)(request, response, next);
    },
  );
  app.use((_request, response) => void response.status(404).json({ message: 'Not found' }));
  app.use(lastResort(runtime));
  return app;
}

function routerOf(runtime: PoolsRuntime, routes: readonly Route[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const [method, path, fault, endpoint] of routes) {
    router[method](path, serve(runtime, fault, endpoint));
  }
  // Public clients in a browser call these from their own origin.
  router.options(['/oauth2/token', '/oauth2/userInfo', '/oauth2/revoke'], (_request, response) => {
    response.status(200).set({
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'authorization, content-type',
    });
    response.end();
  });
  return router;
}

function logRequests({ log }: PoolsRuntime): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const { method, path } = request;
    response.once('close', () => {
      const pool = poolOf(response);
      log({
        kind: 'request',
        pool: pool?.name,
        method,
        path: pool === undefined ? path : withoutPlace(path),
        status: response.writableFinished ? response.statusCode : 0,
        durationMs: Math.round(performance.now() - startedAt),
      });
    });
    next();
  };
}

const withoutPlace = (path: string): string => path.replace(/^\/[^/]*/, '') || '/';

function lastResort({ log }: PoolsRuntime): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const status = statusOf(error);
    if (status >= 500) {
      const pool = poolOf(response);
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      log({ kind: 'error', pool: pool?.name, path: request.path, message });
    }
    response.status(status).json({ error: status >= 500 ? 'server_error' : 'invalid_request' });
  };
}

/** Express and its body parser put a status on errors that are the caller's. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 ? status : 500;
}
