import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { RelyingPartyError } from '../errors.js';
import { assets } from '../web/assets.js';
import { sameOriginOnly } from '../web/same-origin.js';
import { backchannelLogout } from './backchannel-logout.js';
import { callback } from './callback.js';
import type { RelyingPartyContext } from './context.js';
import { login } from './login.js';
import { continueLogout, logout, logoutPage, signedOutPage } from './logout.js';
import { endOneSession, endOtherSessions, sessionsPage } from './my-sessions.js';

type Endpoint = (context: RelyingPartyContext, req: Request, res: Response) => Promise<void>;

/** What every route of ours goes through. */
export interface RouteParts {
  /** Request id and security headers. */
  readonly common: readonly RequestHandler[];
  readonly errorHandler: ErrorRequestHandler;
}

/**
 * The relying party's routes, each with the steps it takes. A sub-app of its own, because a Router would render with the
 * host's view engine; what it does not know falls through to the host.
 */
export function createRoutes(
  context: RelyingPartyContext,
  { common, errorHandler }: RouteParts,
): Express {
  const routes = express();
  routes.disable('x-powered-by');
  const ourPagesOnly = sameOriginOnly(context.baseUrl);
  const logoutTokenForm = express.urlencoded({ extended: false, limit: '64kb' });
  const end = (endpoint: Endpoint): RequestHandler => {
    return (req, res) => endpoint(context, req, res);
  };

  routes.get('/login', ...common, onlyGet, end(login));
  routes.get('/callback', ...common, onlyGet, end(callback));
  routes.get('/logout', ...common, end(logoutPage));
  routes.post('/logout', ...common, ourPagesOnly, end(logout));
  routes.get('/logout/continue', ...common, onlyGet, end(continueLogout));
  routes.get('/signed-out', ...common, end(signedOutPage));
  routes.get('/sessions', ...common, end(sessionsPage));
  routes.post('/sessions/end-others', ...common, ourPagesOnly, end(endOtherSessions));
  routes.post('/sessions/:handle/end', ...common, ourPagesOnly, end(endOneSession));
  routes.post('/backchannel-logout', ...common, logoutTokenForm, end(backchannelLogout));
  routes.use(assets());
  routes.use(errorHandler);
  return routes;
}

/** Express answers HEAD with a GET route; a link scanner's HEAD must not begin a login or use up a code. */
const onlyGet: RequestHandler = (req, res, next) => {
  if (req.method === 'GET') return next();
  res.set('Allow', 'GET');
  throw new RelyingPartyError('method_not_allowed', `${req.method} on a GET route`);
};
