import type { Errors } from './entry.js';

/** What is wrong with a request, or with us, whoever asks. */
export const requestErrors: Errors<
  | 'csrf_refused'
  | 'rate_limited'
  | 'request_malformed'
  | 'not_found'
  | 'method_not_allowed'
  | 'internal_error'
> = {
  csrf_refused: {
    status: 403,
    title: 'This request came from another site',
    detail:
      'For your safety it was not carried out. Go to the page itself and press the button there.',
    next: 'home',
    cause: 'A request that changes something did not come from one of our own pages.',
    fix: 'If it is your own page, it is on another origin than options.baseUrl, or a proxy removes `Origin` and `Sec-Fetch-Site`.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many attempts',
    detail: 'Wait a minute, then try again.',
    next: 'retry',
    cause:
      'The limit for this address is used up: RATE_LIMIT_PER_MINUTE of the program, or one that the app sets.',
    fix: 'If it hits everybody, all of them share the proxy’s address: set TRUST_PROXY, or `trust proxy` of an Express app of your own.',
  },
  request_malformed: {
    status: 400,
    title: 'The request could not be read',
    detail: 'Something in the address or the form is not as it should be.',
    next: 'home',
    cause: 'The address or the body cannot be read.',
    fix: 'Correct the caller.',
  },
  not_found: {
    status: 404,
    title: 'There is no such page',
    detail: 'The address may be mistyped, or the page has moved.',
    next: 'home',
    cause: 'No route has this path.',
    fix: 'Correct the link.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This address does not work that way',
    detail: 'It answers other requests than the one that was sent.',
    next: 'home',
    cause: 'The path exists, the method does not.',
    fix: 'Correct the caller. Signing out is POST /logout.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong on our side',
    detail: 'It has been written down. If it happens again, tell us the request id below.',
    next: 'retry',
    cause: 'A fault of ours or of the app around us, that nobody caught.',
    fix: 'The log line with the same request id has its kind and stack.',
  },
};
