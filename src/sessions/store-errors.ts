import { ConfigError, RelyingPartyError } from '../errors.js';

/**
 * `SESSION_STORE` cannot be used as it is. The value itself is never shown: it may hold a password.
 *
 * @param cause what a driver or the system said
 */
export function storeMisconfigured(problem: string, fix: string, cause?: unknown): ConfigError {
  return new ConfigError([{ option: 'SESSION_STORE', problem, fix }], { cause });
}

/** The store did not answer, or answered with a fault; `cause` says which. It says nothing about whether a session exists. */
export function storeUnavailable(cause: unknown): RelyingPartyError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RelyingPartyError(
    'session_store_unavailable',
    `the session store does not answer: ${reason}`,
    { cause },
  );
}
