import type { EventEmitter } from 'node:events';
import { ConfigError } from '../../../errors/config-error.js';
import type { AuthenticateClient } from '../../../tokens/client-authentication.js';
import type { RelyingPartyEvents } from '../../events.js';

/** Gives the secrets anew, newest first, as they are now where they are kept. */
export type ReadClientSecret = () => readonly string[] | Promise<readonly string[]>;

/** The secrets of our client: one, and while it is replaced two. */
export interface ClientSecrets {
  /** The one to show now. */
  inUse(): string;
  /**
   * The one to try when this one was refused, after a look at where they are kept. Never rejects.
   */
  insteadOf(refused: string): Promise<string | undefined>;
  /**
   * The OP took this one where it had refused another: it is shown from now on, and after a while
   * the newest again.
   */
  taken(secret: string): void;
  /** Looks at where they are kept; what cannot be read changes nothing. Never rejects. */
  readAgain(): Promise<void>;
}

export interface ClientSecretsOptions {
  /** Newest first, one at least. */
  readonly secrets: readonly string[];
  /** Default: they stay as they are. */
  readonly read?: ReadClientSecret | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly events: EventEmitter<RelyingPartyEvents>;
}

/** As many as a client has while one replaces the other. */
export const MOST_CLIENT_SECRETS = 2;
/**
 * An older one is shown for so long after the newest was refused: that may not be known everywhere
 * at the OP yet.
 */
const KEPT_MS = 30_000;

/**
 * The newest is shown, unless the OP refuses it. Where they are kept and what the OP knows change
 * at different times, in either order, and no sign-in may fail in between.
 */
export function createClientSecrets(options: ClientSecretsOptions): ClientSecrets {
  const { read, now, events } = options;
  let known = options.secrets;
  let kept: { readonly secret: string; readonly until: number } | undefined;
  let isReadable = true;

  const inUse = (): string => {
    if (kept !== undefined && now() < kept.until && known.includes(kept.secret)) return kept.secret;
    return known[0]!;
  };

  const readAgain = async (): Promise<void> => {
    if (read === undefined) return;
    try {
      const found = await read();
      requireSecrets(found);
      isReadable = true;
      if (found.join('\n') === known.join('\n')) return;
      known = [...found];
      events.emit('client_secret.changed', { reason: 'read_again', count: known.length });
    } catch (error) {
      // Told once, and not for each of the looks that follow.
      if (isReadable) events.emit('client_secret.unreadable', { detail: detailOf(error) });
      isReadable = false;
    }
  };

  return {
    inUse,
    readAgain,
    async insteadOf(refused) {
      await readAgain();
      return known.find((each) => each !== refused);
    },
    taken(secret) {
      if (inUse() === secret) return;
      kept = { secret, until: now() + KEPT_MS };
      events.emit('client_secret.changed', { reason: 'refused', count: known.length });
    },
  };
}

/**
 * A client with a secret does not become one without, and nobody looks through a list of old ones.
 */
function requireSecrets(found: unknown): asserts found is readonly string[] {
  const isList = Array.isArray(found) && found.length > 0 && found.length <= MOST_CLIENT_SECRETS;
  if (isList && found.every((each) => typeof each === 'string' && each !== '')) return;
  const problem = `gave no list of one or ${MOST_CLIENT_SECRETS} secrets`;
  throw new ConfigError([{ option: 'readClientSecret', problem, fix: 'give the newest first' }]);
}

/** The words of somebody else's error may have the secret in them. */
const detailOf = (error: unknown): string =>
  error instanceof ConfigError ? error.message : 'readClientSecret failed';

/** Calls of a client that may have two secrets: what authenticates them, and how they are made. */
export interface TwoSecretCalls {
  readonly authenticate: AuthenticateClient;
  readonly fetch: typeof fetch;
}

/**
 * A call that is refused for its secret is made again with the other one, at once and once;
 * whatever else is wrong with it would be wrong again. An OP looks at who is calling before
 * anything else (RFC 6749 section 5.2), so that a code, a refresh token or a pushed request that
 * came with the wrong secret is as good as before.
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
