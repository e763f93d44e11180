import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Helmet, with the defaults changed that would break or weaken a relying party's pages. Its dozen
 * steps run once, here; a request is given what they said.
 *
 * @param options.https whether the site is reached over https: only then may browsers be told to
 *   insist on it
 */
export function securityHeaders({ https }: { readonly https: boolean }): RequestHandler {
  const headers = headersOf(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: directives(https) },
      // no-referrer would make browsers send "Origin: null" with our own forms, and they would be
      // refused.
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: https,
      xFrameOptions: { action: 'deny' },
    }),
  );
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value);
    res.removeHeader('X-Powered-By');
    next();
  };
}

type SetHeader = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** What a middleware that looks at nothing of the request would set. */
function headersOf(middleware: SetHeader): [name: string, value: string][] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}

/** @see W3C Content Security Policy Level 3, sections 6.1–6.4 */
const directives = (https: boolean) => ({
  defaultSrc: ["'self'"],
  scriptSrcAttr: ["'none'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
  // pico's checkboxes and arrows are data: images in its stylesheet.
  imgSrc: ["'self'", 'data:'],
  // Browsers check each redirect after a form too: a form of ours that leads elsewhere ends at a
  // page that leads on.
  formAction: ["'self'"],
  upgradeInsecureRequests: https ? [] : null,
});
