import type { RequestHandler } from 'express';
import { checkOptions, listOf, option, refuseFurther } from '../options/check-options.js';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = 'Authorization, Content-Type';
/**
 * What a script may read besides the body: the challenge, the name of the request, and how long to
 * wait.
 */
const ANSWER_HEADERS = 'WWW-Authenticate, X-Request-Id, Retry-After';
const PREFLIGHT_SECONDS = '600';

const originList = listOf(
  option(
    (each) => (each === '*' || isOrigin(each) ? undefined : 'is not an origin'),
    'write e.g. https://app.example.com',
  ),
  "give a list of them, or ['*']",
);

const isOrigin = (text: unknown): boolean =>
  typeof text === 'string' &&
  URL.canParse(text) &&
  new URL(text).origin === text &&
  // No browser has such an origin: it would let nobody in.
  !text.includes('*');

/**
 * Lets scripts of other sites call the API with a bearer token (CORS). Cookies never count there:
 * no answer has `Access-Control-Allow-Credentials`, so a session serves our own pages only.
 *
 * @param origins such as `https://app.example.com`; `*` lets every site, which is safe without
 *   cookies
 * @throws {TypeError} for what is not an origin
 * @see Fetch Standard, section 3.2
 */
export function allowOrigins(origins: readonly string[], ...further: readonly []): RequestHandler {
  refuseFurther('allowOrigins', further);
  checkOptions('allowOrigins', originList, origins, 'origins');
  const isForAll = origins.includes('*');

  return (req, res, next) => {
    if (!isForAll) res.vary('Origin');
    const { origin } = req.headers;
    if (origin === undefined || !(isForAll || origins.includes(origin))) return next();
    res.set('Access-Control-Allow-Origin', isForAll ? '*' : origin);
    if (req.method !== 'OPTIONS' || req.get('Access-Control-Request-Method') === undefined) {
      res.set('Access-Control-Expose-Headers', ANSWER_HEADERS);
      return next();
    }
    res.set({
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': REQUEST_HEADERS,
      'Access-Control-Max-Age': PREFLIGHT_SECONDS,
    });
    res.sendStatus(204);
  };
}
