import type { EventEmitter } from 'node:events';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { createMountReminder } from '../guards/mount-reminder.js';
import type { ResourceMetadata } from '../guards/resource-metadata.js';
import { errorHandler, type ErrorPage } from '../web/pages/error-handler.js';
import type { RelyingPartyEvents } from './events.js';
import { loginUrl, type Wish, type Wishes } from './login/return-to.js';
import type { Pages } from './session/pages.js';

export interface ErrorExitOptions {
  readonly basePath: string;
  readonly homePath: string;
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly pages: Pages;
  readonly wishes: Wishes;
  readonly securityHeaders: RequestHandler;
  readonly metadata: ResourceMetadata;
}

/**
 * The error handler of our routes and guards: our page or problem+json, our headers, an event. A
 * host's own handler may not know our errors, and Express's would show a stack trace.
 */
export function createErrorHandler(options: ErrorExitOptions): ErrorRequestHandler {
  const { basePath, homePath, events, pages, wishes, securityHeaders, metadata } = options;
  const remindOfMount = createMountReminder(metadata, events);
  const handler = errorHandler({
    basePath,
    homePath,
    challenge: `Bearer resource_metadata="${metadata.url}"`,
    renderError: async (req, res, error) =>
      pages.render('error', {
        ...error,
        next: leadingTo(wishes.get(req), error.next, basePath),
        page: await pages.contextOf(req, res, error.title),
      }),
    onError: (error, request) => {
      const { requestId, code, path } = request;
      const isLogin = path === `${basePath}/login` || path === `${basePath}/callback`;
      if (isLogin && error instanceof RelyingPartyError) {
        events.emit('login.failed', { requestId, code, detail: error.message });
      } else events.emit('request.failed', { ...request, err: error });
    },
  });
  return async (error: unknown, req, res, next) => {
    try {
      if (error instanceof RelyingPartyError && error.status === 401) remindOfMount(req);
      if (!res.hasHeader('Content-Security-Policy')) securityHeaders(req, res, () => undefined);
      await handler(error, req, res, next);
    } catch (failure) {
      // A middleware of the host's that changes answers, for one. By `next`, since Express 4 looks
      // at no promise.
      next(failure);
    }
  };
}

/** After a failed login "Sign in" leads to the page the user wanted in the first place. */
function leadingTo(
  wish: Wish | undefined,
  next: ErrorPage['next'],
  basePath: string,
): ErrorPage['next'] {
  const isSignIn = next.href.startsWith(`${basePath}/login`);
  return !isSignIn || wish === undefined ? next : { ...next, href: loginUrl({ basePath }, wish) };
}
