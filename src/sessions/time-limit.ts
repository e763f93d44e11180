/**
 * Waits for `work`, but not for longer; the work itself goes on.
 * @throws {DOMException} `TimeoutError`
 */
export async function withinTimeLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DOMException(`no answer within ${limitMs} ms`, 'TimeoutError'));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
