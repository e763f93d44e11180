import { array, assert, constantFrom, oneof, property, string, webUrl } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLocalUrl, localUrl } from '../../src/web/request/local-url.js';

const ours = 'https://app.example';

describe('return_to keeps', () => {
  it.each([
    '/',
    '/profile',
    '/profile?tab=a%20b&next=https://elsewhere.example/#part',
    '/a//b',
    '/search?q=a%0Ab',
    '/reports/2026%2F11',
    '/caf%C3%A9',
    '/loginfo',
    // A host's own pages, below addresses of ours.
    '/login/devices',
    '/callback/paypal?token=x',
    '/logout/all',
    '/logout/continue/shopping',
    '/signed-out/help',
    '/sessions',
    '/sessions/2026',
    '/.well-known/thing',
    '/a...b',
  ])('%s', (url) => {
    expect(localUrl(url)).toBe(url);
  });
});

describe('return_to is written as an address must be', () => {
  it.each([
    // Browsers leave it as it is in a query.
    ['/profile?path=C:\\Users\\alice', '/profile?path=C:%5CUsers%5Calice'],
    ['/?next=\\\\evil.example', '/?next=%5C%5Cevil.example'],
    ['/a#\\b', '/a#%5Cb'],
    ['/é', '/%C3%A9'],
    ['/café?x=ü', '/caf%C3%A9?x=%C3%BC'],
    ['/search?q=a b', '/search?q=a%20b'],
    ['/検索?q=東京\u3000駅', '/%E6%A4%9C%E7%B4%A2?q=%E6%9D%B1%E4%BA%AC%E3%80%80%E9%A7%85'],
    ['/👋?👋', '/%F0%9F%91%8B?%F0%9F%91%8B'],
    ['/100%25é?100%é', '/100%25%C3%A9?100%%C3%A9'],
    ['/a／b?／', '/a%EF%BC%8Fb?%EF%BC%8F'],
  ])('%j', (url, written) => {
    expect(localUrl(url)).toBe(written);
    expect(localUrl(written)).toBe(written);
  });
});

describe('return_to falls back for', () => {
  it.each([
    '',
    'profile',
    'https://evil.example/',
    'HTTPS:evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/a\\b',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    ' /profile',
    '/profile ',
    '/\u0000/evil.example',
    '/\u000b/evil.example',
    '/\u2028/evil.example',
    '/\u3000/evil.example',
    '/é\\evil.example',
    // They look like `/`, `\` and `..`, and a reader that normalizes takes them for it.
    '/／evil.example',
    '/%EF%BC%8Fevil.example',
    '/＼evil.example',
    '/é/．．/login',
    '/‥/login',
    '/\\evil.example?é',
    '/é/../login',
    '//é',
    '/é\u0085',
    '/\ud800',
    '/?\ud800',
    '/?\n',
    '/?x=\u0000',
    '/?x=\u0085',
    '/?x=\t/evil.example',
    '/caf\u00a0é',
    'é',
    '?\\evil.example',
    '/%5Cevil.example?x=\\',
    '/%c0é',
    '/%2f/evil.example',
    '/%2F%2Fevil.example',
    '/%5cevil.example',
    '/%5C/evil.example',
    '/%09/evil.example',
    '/%0d%0aLocation:%20https://evil.example',
    '/%00',
    '/%c2%85/evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e%2e//evil.example',
    '/x/../login',
    '/x/%2E%2E%5Clogin',
    '/..',
    '/%',
    '/%zz',
    '/%c0%af',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    '?a=b',
    '#a',
    '@evil.example',
    '.evil.example',
    '/login',
    '/login?return_to=%2Flogin',
    '/LOGIN/',
    '/%6cogin',
    '/callback?code=x&state=y',
    '/callback/',
    '/logout',
    '/logout/',
    '/logout/continue',
    '/Logout/Continue/',
    '/logout/continue?state=x',
    '/logout%2Fcontinue',
    '/signed-out',
    '/signed-out/#top',
  ])('%j', (url) => {
    expect(localUrl(url, '/fallback')).toBe('/fallback');
  });

  it.each([[undefined], [null], [7], [['/profile']], [['/a', '/b']], [{ a: '/profile' }]])(
    'what is not a string: %o',
    (candidate) => {
      expect(localUrl(candidate)).toBe('/');
    },
  );
});

it.each(['/login', '/callback', '/logout', '/logout/continue', '/signed-out'])(
  'under a base path it is %s there that falls back, and nothing below it',
  (path) => {
    const local = (url: string): string => localUrl(url, '/fallback', '/Auth');
    for (const address of [`/auth${path}`, `/AUTH${path}/`, `/Auth${path}?a=b`]) {
      expect(local(address)).toBe('/fallback');
    }
    for (const theirs of [path, `/auth${path}/more`, `/authors${path}`, `/x/auth${path}`]) {
      expect(local(theirs)).toBe(theirs);
    }
  },
);

it('takes 1,500 characters as they are written, and no more', () => {
  const longest = `/${'a'.repeat(1_499)}`;
  expect(localUrl(longest)).toBe(longest);
  expect(localUrl(`${longest}a`)).toBe('/');
  expect(localUrl(`/?${'\\'.repeat(499)}`)).toBe(`/?${'%5C'.repeat(499)}`);
  expect(localUrl(`/?${'\\'.repeat(500)}`)).toBe('/');
});

it('never lets a URL through that leads to another origin', () => {
  // prettier-ignore
  const pieces = constantFrom(
    '/', '\\', '.', '..', '%', '%2f', '%5c', '%2e', '%09', '%25', '\t', '\n', '\r', ' ', '@', ':', '?', '#',
    'a', 'evil.example', 'https:', 'javascript:', '\u0000', '\u2028',
    'é', '／', '。', '\u3000', '\ud800',
  );
  const hostile = array(pieces, { maxLength: 10 }).map((parts) => `/${parts.join('')}`);
  assert(
    property(oneof(hostile, string(), webUrl()), (candidate) => {
      const url = localUrl(candidate);
      expect(new URL(url, ours).origin).toBe(ours);
      // A proxy that decodes the path once more must not see another host either.
      const path = url.replace(/[?#].*/, '');
      expect(new URL(decodeURIComponent(path), ours).origin).toBe(ours);
      expect(url).toMatch(/^[\x21-\x7e]+$/);
    }),
    { numRuns: 5_000 },
  );
});

it('lets a page of ours be any page of ours where a loop is no danger', () => {
  expect(isLocalUrl('/login?return_to=%2Fprofile')).toBe(true);
  expect(isLocalUrl('//login')).toBe(false);
});
