/*
 * What ends a test that hangs, on the busiest machine there is; no test is about how long something
 * takes. A machine that is slower still raises all of it: `TEST_PATIENCE=3 npm test` waits three
 * times as long.
 */

/** How many times longer than usual this machine is given. */
export const PATIENCE: number = readPatience(process.env['TEST_PATIENCE']);

/** One test, or one hook. */
export const TEST_LIMIT_MS: number = 180_000 * PATIENCE;

/**
 * One step of a test, such as a request or a condition that is waited for: its end says more than
 * the end of the test.
 */
export const STEP_LIMIT_MS: number = TEST_LIMIT_MS / 3;

/** What is to be answered within a second, with what a busy machine adds to it. */
export const SOON_MS: number = 6_000 * PATIENCE;

function readPatience(text = '1'): number {
  const factor = Number(text);
  if (text.trim() !== '' && factor >= 1 && factor <= 100) return factor;
  throw new Error(`TEST_PATIENCE is "${text}": give a number from 1 to 100`);
}
