/*
 * Times that must fit each other, in one place; `test/sessions/time-limits.test.ts` says how.
 * Milliseconds, unless the name says seconds.
 */

/** One call to the session store. */
export const STORE_ANSWER_MS = 700;

/**
 * How long a request of somebody who is signed in waits for provider and store, all calls together.
 * Less than the second it may take, which has what the request itself costs in it.
 */
export const REQUEST_WAIT_MS = 750;

/**
 * A look whether somebody is at an address: less than a request waits, which is then told what came
 * of it.
 */
export const LOOK_MS = 600;

/** One call to the provider. */
export const PROVIDER_CALL_MS = 5000;

/** Until a connection stands, to the provider or to the proxy on the way there. */
export const CONNECT_MS = 3000;

/**
 * The same to the provider through the proxy: until that has made its own. Less than a call, which
 * can then say what kept it.
 */
export const TUNNEL_MS = 4000;

/**
 * The lock on a session's refresh is short, since one whose holder was killed keeps others from the
 * refresh until it ends. As long as the holder lives it is renewed.
 */
export const REFRESH_LOCK_MS = 3000;
export const REFRESH_LOCK_RENEWAL_MS = 1000;

/**
 * After a refresh that failed, the process tries again after each of these, visitor or not: the
 * answer may have been lost after the provider had replaced the refresh token, and then the one we
 * hold works only for the rotation's grace.
 */
export const REFRESH_RETRIES_MS: readonly number[] = [2000, 5000, 10_000, 10_000];

/**
 * How long a refresh token that was replaced by rotation must still work. The most that Cognito
 * allows.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RefreshTokenRotationType.html
 */
export const ROTATION_GRACE_SECONDS = 60;

/**
 * How long a stop waits for work whose visitor has gone: one call to the provider, and the store
 * before and after it.
 */
export const FINISH_MS = 7000;

/**
 * How long an access token may live of which nobody told us, such as another client's with the same
 * `sid`. The most that Cognito gives.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export const ACCESS_TOKEN_LIFETIME_MS = 86_400_000;

/**
 * What a provider says beyond it is not believed: longer than any session, and it need not even be
 * a date.
 */
export const MAX_LIFETIME_MS: number = 400 * 86_400_000;

/**
 * Waits for `work`, but not for longer; the work itself goes on.
 * @throws {DOMException} `TimeoutError`
 */
export async function withinTimeLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // A process that was busy for longer than the limit first takes what has arrived meanwhile:
      // that is no late answer.
      setImmediate(reject, new DOMException(`no answer within ${limitMs} ms`, 'TimeoutError'));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
