import { isFirewall } from './firewall.js';

/** An address a browser without a user would get to. */
export interface Hop {
  readonly url: URL;
  /** `undefined` where we did not go: the address is ours. */
  readonly status: number | undefined;
  readonly location: URL | undefined;
  readonly body: string;
  /** Not the address answered, but a firewall in front of it. */
  readonly isFirewall: boolean;
}

export interface VisitOptions {
  readonly fetch: typeof fetch;
  /** An address that is not requested any more; where our own site begins. */
  readonly stopAt?: (url: URL) => boolean;
  /** Default 20, Cognito's own limit. */
  readonly maxHops?: number;
}

/** An address on the way that did not answer; why is in the cause. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
  readonly url: URL;

  constructor(url: URL, cause: unknown) {
    super(`${url.origin}${url.pathname} does not answer`, { cause });
    this.url = url;
  }
}

const MAX_BODY_LENGTH = 512 * 1024;

/**
 * Opens an address as a browser would that has no cookies and types nothing: follows redirects,
 * keeps the cookies set on the way, and stops at a page or at `stopAt`.
 *
 * @returns every address on the way, at least one
 * @throws {UnansweredError} when one does not answer
 */
export async function visit(
  start: URL,
  { fetch, stopAt = () => false, maxHops = 20 }: VisitOptions,
): Promise<Hop[]> {
  const jar = new CookieJar();
  const hops: Hop[] = [];
  let next: URL | undefined = start;
  while (next !== undefined && hops.length <= maxHops) {
    const url: URL = next;
    if (stopAt(url)) {
      return [
        ...hops,
        { url, status: undefined, location: undefined, body: '', isFirewall: false },
      ];
    }
    const { response, text } = await open(url, fetch, jar);
    jar.keep(url, response.headers.getSetCookie());
    const location = response.headers.get('location');
    next =
      location !== null && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const body = text.slice(0, MAX_BODY_LENGTH);
    const { status, headers } = response;
    const isBlocked = isFirewall({ status, headers, body });
    hops.push({ url, status, location: next, body, isFirewall: isBlocked });
  }
  return hops;
}

async function open(
  url: URL,
  fetch: typeof globalThis.fetch,
  jar: CookieJar,
): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url.href, {
      redirect: 'manual',
      headers: { accept: 'text/html', 'user-agent': 'lifeguard-doctor', ...jar.headerFor(url) },
    });
    return { response, text: await response.text() };
  } catch (error) {
    throw new UnansweredError(url, error);
  }
}

interface Cookie {
  readonly origin: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
}

/** By origin and path, which is all that a handful of redirects needs. */
class CookieJar {
  #cookies: Cookie[] = [];

  keep(url: URL, lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const path = attributes
        .map((each) => /^path\s*=\s*(\/.*)$/i.exec(each.trim())?.[1])
        .find((each) => each !== undefined);
      const cookie = {
        origin: url.origin,
        path: path ?? '/',
        name: name.trim(),
        value: value.join('='),
      };
      this.#cookies = this.#cookies.filter(
        (each) =>
          each.origin !== cookie.origin || each.path !== cookie.path || each.name !== cookie.name,
      );
      this.#cookies.push(cookie);
    }
  }

  headerFor(url: URL): Record<string, string> {
    const cookies = this.#cookies.filter(
      ({ origin, path }) =>
        origin === url.origin &&
        (url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, '/'))),
    );
    if (cookies.length === 0) return {};
    return { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') };
  }
}
