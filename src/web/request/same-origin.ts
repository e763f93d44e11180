import type { Request, RequestHandler } from 'express';
import { RelyingPartyError } from '../../errors/relying-party-error.js';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses to change anything at another site's request (CSRF). A sibling subdomain is another site
 * here, although SameSite cookies travel from it.
 *
 * The browser's own statement, `Sec-Fetch-Site`, decides; where it is absent (plain http that is
 * not localhost, old browsers) `Origin` must be ours. With neither, nothing proves where the
 * request came from, and it is refused.
 *
 * @param baseUrl the site's public origin
 * @throws {RelyingPartyError} `csrf_refused`
 */
export function sameOriginOnly(baseUrl: string): RequestHandler {
  const { origin } = new URL(baseUrl);
  return (req, _res, next) => {
    refuseOtherOrigins(req, origin);
    next();
  };
}

/** The check itself. @throws {RelyingPartyError} `csrf_refused` */
export function refuseOtherOrigins(req: Request, origin: string): void {
  if (safeMethods.has(req.method) || comesFromOrigin(req, origin)) return;
  throw new RelyingPartyError('csrf_refused', `${req.method} without proof of our own origin`);
}

/** Whether a page of this origin, or the person alone, sent the request; without proof: no. */
export function comesFromOrigin(req: Request, origin: string): boolean {
  const site = req.get('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return req.get('Origin') === origin;
}
