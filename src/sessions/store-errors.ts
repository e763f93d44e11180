import { ConfigError } from '../errors/config-error.js';
import { RelyingPartyError } from '../errors/relying-party-error.js';

/**
 * The session store cannot be used as it is. Its URL is never shown: it may hold a password.
 *
 * @param cause what a driver or the system said
 */
export function storeMisconfigured(problem: string, fix: string, cause?: unknown): ConfigError {
  return new ConfigError([{ option: 'session.store', problem, fix }], { cause });
}

/**
 * The store did not answer, or answered with a fault; `cause` says which. It says nothing about
 * whether a session exists.
 *
 * @param place where the store is, without any password; absent where nobody knows
 */
export function storeUnavailable(cause: unknown, place?: string): RelyingPartyError {
  const where = place === undefined ? '' : ` at ${place} (options.session.store)`;
  return new RelyingPartyError(
    'session_store_unavailable',
    `the session store${where} does not answer: ${wordsOf(cause)}`,
    { cause },
  );
}

/**
 * Of several attempts to connect, as to each address of `localhost`, the last; together they have
 * no words.
 */
function wordsOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return wordsOf(cause.errors.at(-1));
  return cause instanceof Error ? cause.message : String(cause);
}
