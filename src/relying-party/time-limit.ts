/** Sign-out does not wait longer than this for the OP, whatever it is asked. */
export const SIGN_OUT_TIME_LIMIT_MS = 2000;

/**
 * Waits for `work`, but not for longer; the work itself goes on.
 * @throws {DOMException} `TimeoutError`
 */
export async function withinTimeLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DOMException('time limit', 'TimeoutError')), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
