import type { ErrorRequestHandler, RequestHandler } from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { errorHandler, type ErrorPage } from '../web/pages/error-handler.js';
import type { RelyingPartyContext } from './context.js';
import { loginUrl } from './login/request.js';
import type { RequestNotes } from './session/request-notes.js';
import { createMountReminder } from '../guards/mount-reminder.js';
import type { ResourceMetadata } from '../guards/resource-metadata.js';

/**
 * The error handler of our routes and guards: our page or problem+json, our headers, an event. A host's own handler may not know
 * our errors, and Express's would show a stack trace.
 */
export function createErrorHandler(
  context: RelyingPartyContext,
  securityHeaders: RequestHandler,
  metadata: ResourceMetadata,
): ErrorRequestHandler {
  const { basePath, homePath } = context;
  const remindOfMount = createMountReminder(metadata, context.events);
  const handler = errorHandler({
    basePath,
    homePath,
    challenge: `Bearer resource_metadata="${metadata.url}"`,
    renderError: async (req, res, error) =>
      context.render('error', {
        ...error,
        next: withReturnTo(context, error.next, context.notesOf(req)),
        page: await context.pageContext(req, res, error.title),
      }),
    onError: (error, request) => {
      const { requestId, code, path } = request;
      const isLogin = path === `${basePath}/login` || path === `${basePath}/callback`;
      if (isLogin && error instanceof RelyingPartyError) {
        context.events.emit('login.failed', { requestId, code, detail: error.message });
      } else context.events.emit('request.failed', { ...request, err: error });
    },
  });
  return async (error: unknown, req, res, next) => {
    try {
      if (error instanceof RelyingPartyError && error.status === 401) remindOfMount(req);
      if (!res.hasHeader('Content-Security-Policy')) securityHeaders(req, res, () => undefined);
      await handler(error, req, res, next);
    } catch (failure) {
      // A middleware of the host's that changes answers, for one. By `next`, since Express 4 looks at no promise.
      next(failure);
    }
  };
}

/** After a failed login "Sign in" leads to the page the user wanted in the first place. */
function withReturnTo(
  context: RelyingPartyContext,
  next: ErrorPage['next'],
  { returnTo, stepUp }: RequestNotes,
): ErrorPage['next'] {
  const isSignIn = next.href.startsWith(`${context.basePath}/login`);
  if (!isSignIn || returnTo === undefined) return next;
  return { ...next, href: loginUrl(context, { returnTo, ...(stepUp && { stepUp }) }) };
}
