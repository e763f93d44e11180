import { request } from 'undici';

/**
 * An answer with the two things that tests of hostile input look at: which error it names, and its
 * cookies.
 */
export interface Visit {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  /** The error's stable code, if the answer is an error of ours. */
  readonly code: string | undefined;
  /** The cookies it set, as a Cookie header. */
  readonly cookie: string;
}

export interface VisitOptions {
  readonly method?: string;
  readonly cookie?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** One request of a program, written by hand: no jar, no redirects. */
export async function visit(url: string, options: VisitOptions = {}): Promise<Visit> {
  const { method = 'GET', cookie, headers = {}, body = null } = options;
  const response = await request(url, {
    method: method as 'GET',
    headers: { ...(cookie !== undefined && { cookie }), ...headers },
    body,
  });
  const text = await response.body.text();
  const setCookies = [response.headers['set-cookie'] ?? []].flat();
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    code: /"code":"(\w+)"/.exec(text)?.[1],
    cookie: setCookies
      .map((line) => line.split(';')[0] ?? '')
      .filter((pair) => !pair.endsWith('='))
      .join('; '),
  };
}

/**
 * Goes from `/login` straight to the callback, with the nonce for a code, as `startHostileProvider`
 * understands it.
 */
export async function signIn(site: string, more = ''): Promise<Visit> {
  const start = await visit(`${site}/login?return_to=/profile`);
  if (start.status !== 302) return start;
  const asked = new URL(String(start.headers['location'])).searchParams;
  const query = `code=${asked.get('nonce')}&state=${asked.get('state')}${more}`;
  return visit(`${site}/callback?${query}`, { cookie: start.cookie });
}
