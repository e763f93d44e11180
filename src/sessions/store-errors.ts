import { ConfigError, RelyingPartyError } from '../errors.js';

/** `SESSION_STORE` cannot be used as it is. The value itself is never shown: it may hold a password. */
export function storeMisconfigured(problem: string, fix: string): ConfigError {
  return new ConfigError([{ option: 'SESSION_STORE', problem, fix }]);
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
