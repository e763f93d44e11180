import { randomUUID } from 'node:crypto';

/**
 * An OP reduced to discovery, refresh with rotation and no grace, and revocation; what a test
 * injects as `fetch`.
 */
export interface TokenEndpoint {
  readonly issuer: string;
  readonly fetch: typeof fetch;
  /** A refresh token of a sign-in, good until it is used or revoked. */
  issue(signIn: symbol): string;
  /** Whether anybody could still refresh this sign-in. */
  hasGoodToken(signIn: symbol): boolean;
}

export interface TokenEndpointOptions {
  readonly now: () => number;
  /** Whether the answer to this refresh gets lost on its way. */
  readonly isLost: () => boolean;
}

const GRACE_MS = 60_000;

/**
 * Rotates without grace, but for a token whose successor got lost: nobody can use that one, and
 * this one for a minute more.
 */
export function createTokenEndpoint({ now, isLost }: TokenEndpointOptions): TokenEndpoint {
  const issuer = 'https://op.example';
  const good = new Map<string, symbol>();
  const graceEndsAt = new Map<string, number>();
  const issue = (signIn: symbol): string => {
    const token = randomUUID();
    good.set(token, signIn);
    return token;
  };
  const refresh = (token: string): Response => {
    const signIn = good.get(token);
    const isOver = now() > (graceEndsAt.get(token) ?? Infinity);
    if (signIn === undefined || isOver) return json({ error: 'invalid_grant' }, 400);
    if (isLost()) {
      graceEndsAt.set(token, graceEndsAt.get(token) ?? now() + GRACE_MS);
      throw new TypeError('fetch failed', { cause: new Error('lost') });
    }
    good.delete(token);
    return json({
      access_token: randomUUID(),
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: issue(signIn),
    });
  };
  const answer = (url: string, body: URLSearchParams): Response => {
    if (url.endsWith('/token')) return refresh(body.get('refresh_token') ?? '');
    if (url.endsWith('/revoke')) {
      good.delete(body.get('token') ?? '');
      return new Response(null, { status: 200 });
    }
    return json(metadata(issuer));
  };
  const callable = async (url: string, init?: { body?: unknown }): Promise<Response> =>
    answer(url, new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : ''));
  return {
    issuer,
    fetch: callable as typeof fetch,
    issue,
    hasGoodToken: (signIn) => [...good.values()].includes(signIn),
  };
}

const json = (body: object, status = 200): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json' },
  });

const metadata = (issuer: string): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  jwks_uri: `${issuer}/jwks`,
});
