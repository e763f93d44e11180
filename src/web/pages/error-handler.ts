import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import {
  errorCatalogue,
  RelyingPartyError,
  type RelyingPartyErrorCode,
} from '../../errors/relying-party-error.js';
import { quoted, visible } from '../../errors/strangers-words.js';
import { isLocalUrl, localUrl, writtenUrl } from '../request/local-url.js';
import { sendProblem } from './problem.js';
import { pathOf, targetOf } from '../request/request-target.js';
import { requestIdOf } from '../request/request-id.js';
import { sendPage } from './send-page.js';
import { wantsPage } from '../request/wants-page.js';

/** What an error page says. `next` is the one thing to do. */
export interface ErrorPage {
  readonly code: RelyingPartyErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  readonly next: { readonly label: string; readonly href: string };
}

/**
 * What the log should know about a failed request. `path` is without the query, which may hold a
 * code, and visible.
 */
export interface FailedRequest {
  readonly requestId: string;
  readonly code: RelyingPartyErrorCode;
  readonly status: number;
  readonly method: string;
  readonly path: string;
}

export interface ErrorHandlerOptions {
  readonly renderError: (req: Request, res: Response, error: ErrorPage) => Promise<string>;
  readonly onError: (error: unknown, request: FailedRequest) => void;
  /** Where the relying party's routes are mounted; default the root. */
  readonly basePath?: string | undefined;
  /** Where the way home leads; default `/`. */
  readonly homePath?: string | undefined;
  /** The `WWW-Authenticate` of a 401 that has none yet; default `Bearer`. */
  readonly challenge?: string | undefined;
}

/**
 * The one exit for everything that fails. A `RelyingPartyError` answers with its status and the
 * catalogue's words, a request Express could not read with its own 4xx, anything else with 500, a
 * request id and nothing more. People get a page, programs get problem+json. Headers set before the
 * throw (`WWW-Authenticate`, `Retry-After`) stay.
 */
export function errorHandler({
  renderError,
  onError,
  basePath = '',
  homePath = '/',
  challenge = 'Bearer',
}: ErrorHandlerOptions): ErrorRequestHandler {
  return async (error: unknown, req, res, _next) => {
    const { code, status } = classify(error);
    const path = pathOf(req);
    const requestId = requestIdOf(res);
    const failed = { requestId, code, status, method: req.method, path: visible(path) };
    onError(error, failed);
    if (res.headersSent) {
      // Half an answer is out: cutting the connection is the only way left to say that it is not
      // whole.
      req.socket.destroy();
      return;
    }

    const entry = errorCatalogue[code];
    const { title, detail } = (isCallback(path, basePath) && entry.atCallback) || entry;
    setDefaultHeaders(res, status, challenge);
    if (wantsPage(req)) {
      try {
        const page = {
          code,
          title,
          detail,
          requestId,
          next: nextStep(code, req, { basePath, homePath }),
        };
        sendPage(res, await renderError(req, res, page), status);
        return;
      } catch (renderingError) {
        onError(renderingError, { ...failed, code: 'internal_error', status: 500 });
      }
    }
    sendProblem(res, { status, code, title, detail, requestId });
  };
}

/** For requests no route took. @throws {RelyingPartyError} `not_found` */
export function notFound(): RequestHandler {
  return (req) => {
    throw new RelyingPartyError('not_found', `no route for ${req.method} ${quoted(pathOf(req))}`);
  };
}

function classify(error: unknown): { code: RelyingPartyErrorCode; status: number } {
  if (error instanceof RelyingPartyError) return { code: error.code, status: error.status };
  // The router's complaint about a malformed %-sequence in the path.
  if (error instanceof URIError) return { code: 'request_malformed', status: 400 };
  const status = exposedClientErrorStatus(error);
  if (status !== undefined) return { code: 'request_malformed', status };
  return { code: 'internal_error', status: 500 };
}

/**
 * The status of an error made by http-errors for a fault of the client. `expose` is what tells:
 * errors of the OAuth library also have a `status`, the one the provider answered with, and that is
 * not ours to pass on.
 */
function exposedClientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('expose' in error) || !('status' in error)) return undefined;
  const { expose, status } = error;
  const isClientError = typeof status === 'number' && status >= 400 && status < 500;
  return expose === true && isClientError ? status : undefined;
}

function setDefaultHeaders(res: Response, status: number, challenge: string): void {
  const setUnlessPresent = (name: string, value: string): void => {
    if (!res.hasHeader(name)) res.set(name, value);
  };
  if (status === 401) setUnlessPresent('WWW-Authenticate', challenge);
  if (status === 429) setUnlessPresent('Retry-After', '60');
  if (status === 503) setUnlessPresent('Retry-After', '30');
}

interface Paths {
  readonly basePath: string;
  readonly homePath: string;
}

function nextStep(code: RelyingPartyErrorCode, req: Request, paths: Paths): ErrorPage['next'] {
  const { basePath, homePath } = paths;
  const here = req.method === 'GET' ? writtenUrl(targetOf(req)) : homePath;
  const { next } = errorCatalogue[code];
  if (code === 'address_too_long') return signIn(homePath, paths);
  if (next === 'sign-in') return signIn(localUrl(here, homePath, basePath), paths);
  if (next === 'retry') return retry(here, paths);
  if (next === 'sign-out') return { label: 'Sign out', href: `${basePath}/logout` };
  return { label: 'Go to the start page', href: homePath };
}

/** The callback itself; what lies below it is the host's. */
function isCallback(target: string, basePath: string): boolean {
  const path = target.split(/[?#]/, 1)[0]!.toLowerCase();
  const callback = `${basePath.toLowerCase()}/callback`;
  return path === callback || path === `${callback}/`;
}

function signIn(returnTo: string, { basePath, homePath }: Paths): ErrorPage['next'] {
  const query = returnTo === homePath ? '' : `?return_to=${encodeURIComponent(returnTo)}`;
  return { label: 'Sign in', href: `${basePath}/login${query}` };
}

function retry(here: string, paths: Paths): ErrorPage['next'] {
  const { basePath, homePath } = paths;
  // A callback's address holds a code that works once, and must not be written into a page either.
  if (isCallback(here, basePath)) return signIn(homePath, paths);
  return { label: 'Try again', href: isLocalUrl(here) ? here : homePath };
}
