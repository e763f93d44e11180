import type { Request } from 'express';
import { presentsToken } from './authorization.js';

/**
 * Who is in front of a request. A `person` gets pages and redirects. A `program` gets a status and
 * JSON. So does a `background` request, which a browser or a script in it makes beside what the
 * person is looking at, and which moreover may begin nothing: a redirect to the sign-in would be
 * followed by `fetch()` or an image, and lead nowhere.
 */
export type Caller = 'person' | 'background' | 'program';

/**
 * Decides who is in front of a request, for everything that treats them differently. What each
 * browser sends, and what it is taken for, is the table in `docs/callers.md`.
 *
 * A person's request is a navigation of the whole tab: a link, the address bar, or a form (so
 * `POST` too: whoever redirects to a page by its address must check the method).
 *
 * @see W3C Fetch Metadata Request Headers, section 2; W3C Resource Hints and Speculation Rules for `Sec-Purpose`
 */
export function callerOf(req: Request): Caller {
  if (isAskedAhead(req) || isScript(req)) return 'background';
  const destination = req.get('Sec-Fetch-Dest');
  if (destination !== undefined && !isNavigation(req, destination)) return 'background';
  if (presentsToken(req) || !['GET', 'HEAD', 'POST'].includes(req.method)) return 'program';
  // A mode alone is no browser's: Node's fetch() always says "cors", whatever its caller is after.
  return destination === 'document' || prefersHtml(req) ? 'person' : 'program';
}

/** Is there a person in front of this request, who should get a page or a redirect? */
export function wantsPage(req: Request): boolean {
  return callerOf(req) === 'person';
}

/**
 * Did the browser ask by itself, before a person opened the page? `X-Moz` and `X-Purpose` are old
 * Firefox's and Safari's.
 */
function isAskedAhead(req: Request): boolean {
  return ['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz'].some((name) =>
    /\bprefetch\b|\bpreview\b/i.test(req.get(name) ?? ''),
  );
}

/**
 * Compared, not merely present: Android's WebView sends its package name here with every
 * navigation.
 */
function isScript(req: Request): boolean {
  return req.get('X-Requested-With')?.toLowerCase() === 'xmlhttprequest';
}

/**
 * Of the whole tab, that is: no page of ours or of a pool may be framed, so a frame could show
 * none. A service worker that hands a navigation on takes its destination away, and the mode too if
 * it changes anything; the wish for HTML stays, and so does `Upgrade-Insecure-Requests`, which no
 * script sends. A download has neither.
 */
function isNavigation(req: Request, destination: string): boolean {
  const mode = req.get('Sec-Fetch-Mode') ?? 'navigate';
  if (destination === 'document') return mode === 'navigate';
  if (destination !== 'empty' || !prefersHtml(req)) return false;
  const isHandedOn = mode === 'same-origin' && req.get('Upgrade-Insecure-Requests') === '1';
  return mode === 'navigate' || isHandedOn;
}

// In this order `*/*`, what curl and fetch() send, means JSON; a browser's header names text/html
// before it.
const answers = ['application/problem+json', 'application/json', 'text/html'];

/** A browser's is a tenth of this; reading one costs more than its length. */
export const MAX_ACCEPT_LENGTH = 2000;

function prefersHtml(req: Request): boolean {
  if ((req.headers.accept ?? '').length > MAX_ACCEPT_LENGTH) return false;
  return req.accepts(answers) === 'text/html';
}
