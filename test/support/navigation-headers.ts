import { getPublicSuffix } from 'tough-cookie';
import type { Page } from './page.js';

/** A top-level navigation, as far as its headers depend on where it came from. */
export interface Navigation {
  readonly method: 'GET' | 'POST';
  /** Every address of the redirect chain so far; the last one is being asked now. */
  readonly chain: readonly string[];
  /** The page whose link or form started it; `undefined` for a typed address. */
  readonly initiator: Page | undefined;
}

/**
 * The headers Chromium adds to a top-level navigation.
 * @see Fetch Metadata Request Headers, section 2; Fetch, "append a request Origin header"
 */
export function navigationHeaders(navigation: Navigation): Record<string, string> {
  const { method, chain, initiator } = navigation;
  const headers: Record<string, string> = {
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8',
    'accept-language': 'en-GB,en;q=0.9',
    'user-agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    'upgrade-insecure-requests': '1',
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-site': fetchSite(chain, initiator?.url),
    'sec-fetch-user': '?1',
  };
  if (method === 'POST') headers['origin'] = originHeader(chain, initiator);
  const referrer = refererHeader(chain, initiator);
  if (referrer !== undefined) headers['referer'] = referrer;
  return headers;
}

/**
 * How far cookies may travel on this hop: `lax` leaves Strict ones at home, `none` Lax ones too.
 */
export function sameSiteContext(navigation: Navigation): 'strict' | 'lax' | 'none' {
  const { initiator, chain, method } = navigation;
  if (!initiator || isSameSite(initiator.url, chain.at(-1)!)) return 'strict';
  return method === 'GET' ? 'lax' : 'none';
}

function fetchSite(chain: readonly string[], initiator: string | undefined): string {
  if (initiator === undefined) return 'none';
  if (chain.every((url) => isSameOrigin(url, initiator))) return 'same-origin';
  return chain.every((url) => isSameSite(url, initiator)) ? 'same-site' : 'cross-site';
}

// A page with `Referrer-Policy: no-referrer` posts `Origin: null` even to itself: a real browser
// does, so a check must cope.
function originHeader(chain: readonly string[], initiator: Page | undefined): string {
  if (!initiator || referrerPolicy(initiator) === 'no-referrer') return 'null';
  const isCrossOriginChain = chain.slice(0, -1).some((url) => !isSameOrigin(url, chain.at(-1)!));
  return isCrossOriginChain ? 'null' : new URL(initiator.url).origin;
}

function refererHeader(chain: readonly string[], initiator: Page | undefined): string | undefined {
  if (!initiator) return undefined;
  const { origin, pathname, search } = new URL(initiator.url);
  const sameOrigin = chain.every((url) => isSameOrigin(url, initiator.url));
  switch (referrerPolicy(initiator)) {
    case 'no-referrer':
      return undefined;
    case 'same-origin':
      return sameOrigin ? origin + pathname + search : undefined;
    case 'origin':
    case 'strict-origin':
      return `${origin}/`;
    default:
      return sameOrigin ? origin + pathname + search : `${origin}/`;
  }
}

function referrerPolicy(page: Page): string {
  const meta = page.document.querySelector('meta[name=referrer]')?.getAttribute('content');
  return meta ?? page.headers['referrer-policy']?.split(',').at(-1)?.trim() ?? '';
}

const isSameOrigin = (a: string, b: string): boolean => new URL(a).origin === new URL(b).origin;

const isSameSite = (a: string, b: string): boolean => site(a) === site(b);

// Ports do not count; `localhost` and `127.0.0.1` are two sites.
function site(url: string): string {
  const { protocol, hostname } = new URL(url);
  return `${protocol}//${getPublicSuffix(hostname, { ignoreError: true }) ?? hostname}`;
}
