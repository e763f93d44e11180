import type { Caller } from '../../src/web/request/wants-page.js';

/**
 * One kind of request: what it really carries, of the headers that decide, and what it is taken
 * for.
 */
export interface CallerCase {
  readonly who: string;
  /** Where the headers are from. `Chromium` rows are compared with the Chromium at hand. */
  readonly from:
    'Chromium' | 'Chromium, then a proxy' | 'Firefox' | 'Safari' | 'old browsers' | 'programs';
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'OPTIONS';
  readonly headers: Readonly<Record<string, string>>;
  readonly takenFor: Caller;
}

/** Of all that a browser sends, what the decision looks at. */
export const DECIDING_HEADERS = [
  'accept',
  'authorization',
  'purpose',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-purpose',
  'upgrade-insecure-requests',
  'x-moz',
  'x-purpose',
  'x-requested-with',
] as const;

const chromium =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';
const speculation =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8';
const plain = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const images = 'image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

const fetched = (destination: string, mode: string) => ({
  'sec-fetch-dest': destination,
  'sec-fetch-mode': mode,
});
const document = fetched('document', 'navigate');
const upgrade = { 'upgrade-insecure-requests': '1' };
const basic = { authorization: 'Basic dTpw' };

/** The table of cases. `docs/callers.md` shows it. */
// prettier-ignore
export const callers: readonly CallerCase[] = [
  // Captured from Chromium 156.
  { who: 'the address bar', from: 'Chromium', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...document, ...upgrade } },
  { who: 'a link', from: 'Chromium', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...document, ...upgrade } },
  { who: 'a form', from: 'Chromium', method: 'POST', takenFor: 'person', headers: { accept: chromium, ...document, ...upgrade } },
  { who: 'a page behind HTTP Basic', from: 'Chromium', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...document, ...upgrade, ...basic } },
  { who: 'a form behind HTTP Basic', from: 'Chromium', method: 'POST', takenFor: 'person', headers: { accept: chromium, ...document, ...upgrade, ...basic } },
  { who: 'a page behind a proxy that blanks the header', from: 'Chromium, then a proxy', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...document, ...upgrade, authorization: '' } },
  { who: 'a page behind a proxy that leaves the scheme alone', from: 'Chromium, then a proxy', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...document, ...upgrade, authorization: 'Basic' } },
  { who: 'a page through a service worker that passes it on', from: 'Chromium', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...fetched('empty', 'navigate'), ...upgrade } },
  { who: 'a form through a service worker that passes it on', from: 'Chromium', method: 'POST', takenFor: 'person', headers: { accept: chromium, ...fetched('empty', 'navigate'), ...upgrade } },
  { who: 'a page through a service worker that passes it on with an option', from: 'Chromium', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...fetched('empty', 'same-origin'), ...upgrade } },
  { who: 'a page through a service worker that fetches its address anew', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: '*/*', ...fetched('empty', 'cors') } },
  { who: 'a frame', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: chromium, ...fetched('iframe', 'navigate'), ...upgrade } },
  { who: 'an object', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: chromium, ...fetched('object', 'navigate'), ...upgrade } },
  { who: 'an embed', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: chromium, ...fetched('embed', 'navigate'), ...upgrade } },
  { who: 'a link with download', from: 'Chromium', method: 'GET', takenFor: 'background', headers: fetched('empty', 'navigate') },
  { who: 'fetch()', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: '*/*', ...fetched('empty', 'cors') } },
  { who: 'fetch() behind HTTP Basic', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: '*/*', ...fetched('empty', 'cors'), ...basic } },
  { who: 'fetch() that asks for HTML', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: 'text/html', ...fetched('empty', 'cors') } },
  { who: 'fetch() of its own origin that asks for HTML', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: 'text/html', ...fetched('empty', 'same-origin') } },
  { who: 'fetch() that posts', from: 'Chromium', method: 'POST', takenFor: 'background', headers: { accept: '*/*', ...fetched('empty', 'cors') } },
  { who: 'XMLHttpRequest', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: '*/*', ...fetched('empty', 'cors') } },
  { who: 'sendBeacon()', from: 'Chromium', method: 'POST', takenFor: 'background', headers: { accept: '*/*', ...fetched('empty', 'no-cors') } },
  { who: 'EventSource', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: 'text/event-stream', ...fetched('empty', 'cors') } },
  { who: 'an image', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: images, ...fetched('image', 'no-cors') } },
  { who: 'a script', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: '*/*', ...fetched('script', 'no-cors') } },
  { who: 'a stylesheet', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: 'text/css,*/*;q=0.1', ...fetched('style', 'no-cors') } },
  { who: 'a video', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: '*/*', ...fetched('video', 'no-cors') } },
  { who: '<link rel=prefetch>', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: chromium, ...fetched('empty', 'no-cors'), 'sec-purpose': 'prefetch' } },
  { who: 'a prefetch by speculation rules', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: speculation, ...document, ...upgrade, 'sec-purpose': 'prefetch' } },
  { who: 'a prerender by speculation rules', from: 'Chromium', method: 'GET', takenFor: 'background', headers: { accept: speculation, ...document, ...upgrade, 'sec-purpose': 'prefetch;prerender' } },
  // From MDN's pages on Accept and the Sec-Fetch headers, and WebKit's release notes for Safari
  // 16.4.
  { who: 'a link', from: 'Firefox', method: 'GET', takenFor: 'person', headers: { accept: plain, ...document, ...upgrade } },
  { who: 'a form', from: 'Firefox', method: 'POST', takenFor: 'person', headers: { accept: plain, ...document, ...upgrade } },
  { who: 'fetch()', from: 'Firefox', method: 'GET', takenFor: 'background', headers: { accept: '*/*', ...fetched('empty', 'cors') } },
  { who: '<link rel=prefetch>', from: 'Firefox', method: 'GET', takenFor: 'background', headers: { accept: '*/*', ...fetched('empty', 'no-cors'), 'sec-purpose': 'prefetch' } },
  { who: '<link rel=prefetch> before 115', from: 'Firefox', method: 'GET', takenFor: 'background', headers: { accept: plain, 'x-moz': 'prefetch' } },
  { who: 'a frame', from: 'Firefox', method: 'GET', takenFor: 'background', headers: { accept: plain, ...fetched('iframe', 'navigate'), ...upgrade } },
  { who: 'a link', from: 'Safari', method: 'GET', takenFor: 'person', headers: { accept: plain, ...document } },
  { who: 'a link before 16.4', from: 'Safari', method: 'GET', takenFor: 'person', headers: { accept: plain } },
  { who: 'a form before 16.4', from: 'Safari', method: 'POST', takenFor: 'person', headers: { accept: plain, ...basic } },
  { who: 'a preview of a top site', from: 'Safari', method: 'GET', takenFor: 'background', headers: { accept: plain, 'x-purpose': 'preview' } },
  { who: 'a prefetch of an old Chrome', from: 'old browsers', method: 'GET', takenFor: 'background', headers: { accept: plain, purpose: 'prefetch' } },
  { who: 'any page over plain http elsewhere than on localhost', from: 'old browsers', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...upgrade } },
  { who: 'Internet Explorer', from: 'old browsers', method: 'GET', takenFor: 'person', headers: { accept: 'text/html, application/xhtml+xml, */*' } },
  { who: 'jQuery', from: 'old browsers', method: 'GET', takenFor: 'background', headers: { accept: 'text/html, */*; q=0.01', 'x-requested-with': 'XMLHttpRequest' } },
  { who: 'an Android app with a WebView', from: 'old browsers', method: 'GET', takenFor: 'person', headers: { accept: chromium, ...document, 'x-requested-with': 'com.example.app' } },
  { who: 'behind Kerberos', from: 'old browsers', method: 'GET', takenFor: 'person', headers: { accept: plain, authorization: 'Negotiate YIIC' } },
  { who: 'behind HTTP Digest', from: 'old browsers', method: 'GET', takenFor: 'person', headers: { accept: plain, authorization: 'Digest username="u", realm="x"' } },
  { who: 'a link checker', from: 'programs', method: 'HEAD', takenFor: 'person', headers: { accept: plain } },
  { who: 'curl', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: '*/*' } },
  { who: 'curl -u', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: '*/*', ...basic } },
  { who: 'one that says nothing', from: 'programs', method: 'GET', takenFor: 'program', headers: {} },
  { who: 'axios', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: 'application/json, text/plain, */*' } },
  { who: 'one that would rather have JSON', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: 'application/json, text/html;q=0.9' } },
  { who: 'one that takes problems', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: 'application/problem+json' } },
  { who: "Node's fetch()", from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: '*/*', 'sec-fetch-mode': 'cors' } },
  { who: "Node's fetch() that asks for HTML", from: 'programs', method: 'GET', takenFor: 'person', headers: { accept: plain, 'sec-fetch-mode': 'cors' } },
  { who: 'the bearer of a token, whatever it accepts', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: chromium, authorization: 'Bearer x' } },
  { who: 'the bearer of something broken', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: chromium, authorization: 'Bearer' } },
  { who: 'the bearer who forgot the scheme', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: chromium, authorization: 'eyJ.e30.x' } },
  { who: 'one with an Accept longer than any browser has', from: 'programs', method: 'GET', takenFor: 'program', headers: { accept: `text/html${',text/x'.repeat(300)}` } },
  { who: 'a PUT', from: 'programs', method: 'PUT', takenFor: 'program', headers: { accept: plain } },
  { who: 'a preflight', from: 'programs', method: 'OPTIONS', takenFor: 'program', headers: { accept: '*/*' } },
];
