import type { Errors } from './entry.js';

/** What becomes of a session. */
export const sessionErrors: Errors<
  'session_ended' | 'form_not_sent' | 'session_lost' | 'session_store_unavailable'
> = {
  session_ended: {
    status: 401,
    title: 'You have been signed out',
    detail: 'Your session has ended. Sign in to go on.',
    next: 'sign-in',
    cause:
      'The session ended: a sign-out here or elsewhere, its time limits, or the OpenID provider no longer knows it.',
    fix: 'Sign in again. Unexpectedly often, compare options.session.absoluteSeconds with the lifetime of refresh tokens.',
  },
  form_not_sent: {
    status: 401,
    title: 'Sign in, then send it again',
    detail:
      'What you sent was not taken, because you are not signed in any more, or a fresh sign-in is needed for it. Sign in, and send it again; if you have typed much, go back first and copy it.',
    next: 'sign-in',
    cause:
      'A person sent a form to a page that needs a session, or a fresher or stronger sign-in than theirs. It is no redirect, since the `form-action` of the page with the form would stop that, and what was sent would be lost in any case.',
    fix: 'Nothing, if it is seldom: people leave forms open for longer than sessions last. Often, make options.session.idleSeconds longer, or keep drafts in the browser.',
  },
  session_lost: {
    status: 503,
    title: 'We cannot keep you signed in',
    detail:
      'Signing in worked, but a moment later we no longer knew you, twice in a row. This is a fault of ours, not yours: tell us the request id below, and try again in a minute.',
    next: 'retry',
    cause:
      'Two sign-ins of one browser succeeded within half a minute, and each time the next request found no session. The processes do not share their sessions (options.session.store keeps them in memory, or each of several machines has a file of its own), their secrets (options.session.secrets) or the time, the session store forgets (a Redis that is a cache and evicts, or was emptied), or another program on the same host sets a cookie of the same name.',
    fix: 'Give all processes the same options.session.store and options.session.secrets and a clock that is right, and a Redis `maxmemory-policy noeviction`; `lifeguard doctor` looks at it. Two programs on one host need options.cookieNamespace each.',
  },
  session_store_unavailable: {
    status: 503,
    title: 'We cannot check your session right now',
    detail: 'Our session storage does not answer. You are not signed out; try again in a moment.',
    next: 'retry',
    atCallback: {
      title: 'You could not be signed in',
      detail:
        'Our session storage does not work at the moment. Whoever was signed in here before still is. Start again in a minute.',
    },
    cause: 'The session store did not answer within a second.',
    fix: 'Look at Redis, or at the disk with the session file. `/readyz` says when it answers again.',
  },
};
