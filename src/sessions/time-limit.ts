/**
 * Waits for `work`, but not for longer; the work itself goes on.
 * @throws {DOMException} `TimeoutError`
 */
export async function withinTimeLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // A process that was busy for longer than the limit first takes what has arrived meanwhile: that is no late answer.
      setImmediate(reject, new DOMException(`no answer within ${limitMs} ms`, 'TimeoutError'));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
