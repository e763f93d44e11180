import type { Request } from 'express';

// In this order `*/*`, what curl and fetch() send, means JSON; a browser's header names text/html before it.
const answers = ['application/problem+json', 'application/json', 'text/html'];

/**
 * Is there a person in front of this request, who should get a page or a redirect, or a program, which should get a
 * status and JSON?
 *
 * A person's request is a navigation of the whole tab: a link, the address bar, or a form (so `POST` too: whoever
 * redirects to a page by its address must check the method). Background requests never count, whatever they accept:
 * a redirect to the sign-in would be followed by `fetch()` or an image, and lead nowhere.
 *
 * @see W3C Fetch Metadata Request Headers, section 2
 */
export function wantsPage(req: Request): boolean {
  if (!['GET', 'HEAD', 'POST'].includes(req.method)) return false;
  if (req.headers.authorization !== undefined) return false;
  // Compared, not merely present: Android's WebView sends its package name here with every navigation.
  if (req.get('X-Requested-With')?.toLowerCase() === 'xmlhttprequest') return false;
  if (isPrefetch(req)) return false;

  const destination = req.get('Sec-Fetch-Dest');
  if (destination !== undefined) {
    return destination === 'document' && (req.get('Sec-Fetch-Mode') ?? 'navigate') === 'navigate';
  }
  // A mode alone is no browser's: Node's fetch() always says "cors", whatever its caller is after.
  return req.accepts(answers) === 'text/html';
}

/** Did the browser ask by itself, before a person opened the page? */
export function isPrefetch(req: Request): boolean {
  const purposes = [req.get('Sec-Purpose'), req.get('Purpose'), req.get('X-Moz')];
  return purposes.some(
    (purpose) => purpose !== undefined && /\bprefetch\b|\bpreview\b/i.test(purpose),
  );
}
