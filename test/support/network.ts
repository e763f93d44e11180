/** A network that answers as a test says, on a clock that the test moves. */
export function createNetwork() {
  let time = 1_000_000;
  let answer = async (): Promise<Response> => new Response();
  const asked: string[] = [];
  return {
    now: (): number => time,
    fetch: (async (url: string, { method }: RequestInit) => {
      asked.push(`${method} ${url}`);
      return answer();
    }) as typeof fetch,
    asked,
    pass: (ms: number): void => {
      time += ms;
    },
    answerWith: (next: typeof answer): void => {
      answer = next;
    },
  };
}

/** A call that ends with this. */
export const failing = (cause: Error) => async (): Promise<Response> => {
  throw new TypeError('fetch failed', { cause });
};

/** As the system says that a connection failed. */
export const failed = (code: string): Error => Object.assign(new Error(code), { code });
