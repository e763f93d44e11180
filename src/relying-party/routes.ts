import express, {
  Router,
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { assets } from '../web/pages/assets.js';
import { sameOriginOnly } from '../web/request/same-origin.js';
import type { BackgroundWork } from './background-work.js';

/** Most requests of a host are not for us, and need not be held against each of our routes. */
const OUR_PATHS =
  /^\/(?:login|callback|logout|signed-out|sessions|backchannel-logout|assets|favicon\.ico)(?:\/|$)/i;

type Endpoint = (req: Request, res: Response) => Promise<void>;

/** What answers at each of our addresses. */
export interface Endpoints {
  readonly login: Endpoint;
  readonly callback: Endpoint;
  readonly askBeforeLogout: Endpoint;
  readonly logout: Endpoint;
  readonly continueLogout: Endpoint;
  readonly showSignedOut: Endpoint;
  readonly showSessions: Endpoint;
  readonly endOneSession: Endpoint;
  readonly endOtherSessions: Endpoint;
  readonly backchannelLogout: Endpoint;
}

/** What every route of ours goes through. */
export interface RouteParts {
  readonly baseUrl: string;
  readonly basePath: string;
  readonly background: BackgroundWork;
  /** Request id and security headers. */
  readonly common: readonly RequestHandler[];
  /** Answered here too at the root, so that a host there need not mount it besides. */
  readonly resourceMetadata: RequestHandler;
  readonly errorHandler: ErrorRequestHandler;
}

/**
 * The relying party's routes, each with the steps it takes; what it does not know falls through to
 * the host. A Router is enough: nothing here uses the host's view engine or query parser, and a
 * sub-app would cost every request of the host a quarter of what Express itself takes.
 */
export function createRoutes(
  endpoints: Endpoints,
  { baseUrl, basePath, background, common, resourceMetadata, errorHandler }: RouteParts,
): RequestHandler {
  const routes = Router();
  const ourPagesOnly = sameOriginOnly(baseUrl);
  const logoutTokenForm = express.urlencoded({ extended: false, limit: '64kb' });
  const everywhere = [mountedAt(basePath), ...common, neverKept];
  /**
   * Of what changes something: seen through to its end also when its visitor has gone and the
   * process is to stop.
   */
  const seenThrough = (endpoint: Endpoint): RequestHandler => {
    return (req, res) => background.own(endpoint(req, res));
  };

  routes.get('/login', ...everywhere, onlyGet, endpoints.login);
  routes.get('/callback', ...everywhere, onlyGet, seenThrough(endpoints.callback));
  routes.get('/logout', ...everywhere, endpoints.askBeforeLogout);
  routes.post('/logout', ...everywhere, ourPagesOnly, seenThrough(endpoints.logout));
  routes.get('/logout/continue', ...everywhere, onlyGet, endpoints.continueLogout);
  routes.get('/signed-out', ...everywhere, endpoints.showSignedOut);
  routes.get('/sessions', ...everywhere, endpoints.showSessions);
  routes.post(
    '/sessions/end-others',
    ...everywhere,
    ourPagesOnly,
    seenThrough(endpoints.endOtherSessions),
  );
  routes.post(
    '/sessions/:handle/end',
    ...everywhere,
    ourPagesOnly,
    seenThrough(endpoints.endOneSession),
  );
  routes.post(
    '/backchannel-logout',
    ...everywhere,
    logoutTokenForm,
    seenThrough(endpoints.backchannelLogout),
  );
  routes.all(
    ['/login', '/callback', '/logout/continue', '/signed-out', '/sessions'],
    ...everywhere,
    only('GET'),
  );
  routes.all('/logout', ...everywhere, only('GET', 'POST'));
  routes.all(
    ['/sessions/end-others', '/sessions/:handle/end', '/backchannel-logout'],
    ...everywhere,
    only('POST'),
  );
  routes.use(assets());
  routes.use(errorHandler);
  return (req, res, next) => {
    if (OUR_PATHS.test(req.path)) routes(req, res, next);
    else if (basePath === '') void resourceMetadata(req, res, next);
    else next();
  };
}

/**
 * A wrong mount would hand out links and a redirect URI that lead nowhere; better said at the first
 * request.
 */
function mountedAt(basePath: string): RequestHandler {
  return (req, _res, next) => {
    if (req.baseUrl.toLowerCase() === basePath.toLowerCase()) return next();
    const where = `app.use('${basePath === '' ? '/' : basePath}', rp.routes)`;
    throw new TypeError(
      `The relying party is mounted at "${req.baseUrl}", but its basePath is "${basePath}"; write ${where} or change basePath`,
    );
  };
}

/** Redirects too: where one leads depends on who is signed in. */
const neverKept: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

/**
 * What an address of ours does not do is said here, and not by the host's 404. OPTIONS is the
 * router's own to answer.
 */
function only(...allowed: readonly string[]): RequestHandler {
  return (req, res, next) => {
    if (allowed.includes(req.method) || req.method === 'OPTIONS') return next();
    res.set('Allow', allowed.join(', '));
    throw new RelyingPartyError(
      'method_not_allowed',
      `${req.method} is not ${allowed.join(' or ')}`,
    );
  };
}

/**
 * Express answers HEAD with a GET route; a link scanner's HEAD must not begin a login or use up a
 * code.
 */
const onlyGet = only('GET');
