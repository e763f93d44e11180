import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet, { contentSecurityPolicy } from 'helmet';

/** What the headers depend on. */
export interface SecurityHeadersOptions {
  /** Is the site reached over https? Only then may browsers be told to insist on it. */
  readonly https: boolean;
  /**
   * Origins a form of ours may end up at through redirects, asked on every request. `undefined` while discovery has not told:
   * a page shown then may stay open until it has, and its sign-out button must work, so it says nothing of forms.
   */
  readonly formActionOrigins: () => readonly string[] | undefined;
}

type Headers = readonly (readonly [name: string, value: string])[];

/**
 * Helmet, with the defaults changed that would break or weaken a relying party's pages. Its dozen steps run once, here; a request
 * is given what they said.
 */
export function securityHeaders({
  https,
  formActionOrigins,
}: SecurityHeadersOptions): RequestHandler {
  const constant = headersOf(
    helmet({
      contentSecurityPolicy: false,
      // no-referrer would make browsers send "Origin: null" with our own forms, and they would be refused.
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: https,
      xFrameOptions: { action: 'deny' },
    }),
  );
  let lastOrigins: readonly string[] | undefined;
  let headers: Headers | undefined;

  return (_req, res, next) => {
    const origins = formActionOrigins();
    if (headers === undefined || origins !== lastOrigins) {
      headers = [...headersOf(policyFor(origins?.filter(isOrigin), https)), ...constant];
      lastOrigins = origins;
    }
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
function headersOf(middleware: SetHeader): Headers {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}

/** @see W3C Content Security Policy Level 3, sections 6.1–6.4 */
function policyFor(formActionOrigins: readonly string[] | undefined, https: boolean): SetHeader {
  return contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrcAttr: ["'none'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      // pico's checkboxes and arrows are data: images in its stylesheet.
      imgSrc: ["'self'", 'data:'],
      // Browsers check each redirect after a form too, so the pools a sign-out passes through are listed.
      formAction: formActionOrigins === undefined ? null : ["'self'", ...formActionOrigins],
      upgradeInsecureRequests: https ? [] : null,
    },
  });
}

// The list may come from a discovery document; a stray ";" in it must not become a directive.
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;
