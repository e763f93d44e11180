import { codeOf, nameOf } from '../failure.js';

/** How often a call is made at most before its failure is believed. */
const ATTEMPTS = 10;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 20_000;

/** Waits for so many milliseconds, and may say what for. */
export type Wait = (ms: number, what: string) => Promise<unknown>;

/**
 * Makes a call again while AWS asks for patience: the limits are a few requests per second, shared
 * by all of an account. The waits double and are drawn at random, so that two runs do not meet
 * again and again.
 *
 * @param mayRepeat whether a call whose outcome is unknown (a lost answer) may be made again; not
 *   so for one that creates, because names are not unique at Cognito and the next run finds what
 *   was made
 */
export async function callPatiently<Answer>(
  call: () => Promise<Answer>,
  mayRepeat: boolean,
  wait: Wait,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const isWorthwhile = wasNotTaken(error) || (mayRepeat && isPassing(error));
      if (!isWorthwhile || attempt === ATTEMPTS) throw error;
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
      await wait(longest * (0.5 + Math.random() / 2), `until AWS has time (${nameOf(error)})`);
    }
  }
}

/** Refusals that say nothing has happened. */
const wasNotTaken = (error: unknown): boolean =>
  ['TooManyRequestsException', 'ThrottlingException', 'ConcurrentModificationException'].includes(
    nameOf(error),
  );

const isPassing = (error: unknown): boolean =>
  ['InternalErrorException', 'ServiceUnavailable', 'TimeoutError'].includes(nameOf(error)) ||
  ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'].includes(codeOf(error));
