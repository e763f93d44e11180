import type { AuthenticateClient } from '../../../tokens/client-authentication.js';
import type { ClientSecrets } from './client-secrets.js';

/** Calls of a client that may have two secrets: what authenticates them, and how they are made. */
export interface TwoSecretCalls {
  readonly authenticate: AuthenticateClient;
  readonly fetch: typeof fetch;
}

/**
 * A call that is refused for its secret is made again with the other one, at once and once; whatever else is wrong with it would
 * be wrong again. An OP looks at who is calling before anything else (RFC 6749 section 5.2), so that a code, a refresh token or a
 * pushed request that came with the wrong secret is as good as before.
 *
 * @param authenticateWith what shows this secret
 * @throws {RelyingPartyError} what `authenticateWith` throws
 */
export function createTwoSecretCalls(
  secrets: ClientSecrets,
  authenticateWith: (secret: string) => AuthenticateClient,
  fetch: typeof globalThis.fetch,
): TwoSecretCalls {
  // The method is the same for each: that there is none is said before any call.
  authenticateWith(secrets.inUse());
  const shown = new WeakMap<URLSearchParams, string>();

  return {
    authenticate(body, headers) {
      const secret = secrets.inUse();
      shown.set(body, secret);
      return authenticateWith(secret)(body, headers);
    },
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      const body = init?.body;
      const refused = body instanceof URLSearchParams ? shown.get(body) : undefined;
      if (refused === undefined || !(await isRefusedFor(response))) return response;
      const other = await secrets.insteadOf(refused);
      if (other === undefined) return response;
      const [again, headers] = [
        new URLSearchParams(body as URLSearchParams),
        new Headers(init?.headers),
      ];
      await authenticateWith(other)(again, headers);
      const answer = await fetch(url, {
        ...init,
        body: again,
        headers: Object.fromEntries(headers),
      });
      if (answer.status < 500 && answer.status !== 429 && !(await isRefusedFor(answer))) {
        secrets.taken(other);
      }
      return answer;
    },
  };
}

/** Cognito says it with 400, others with 401. */
async function isRefusedFor(response: Response): Promise<boolean> {
  if (response.status !== 400 && response.status !== 401) return false;
  const answer = (await response
    .clone()
    .json()
    .catch(() => undefined)) as { error?: unknown } | null | undefined;
  return answer?.error === 'invalid_client';
}
