import { accessErrors } from './access.js';
import type { Errors } from './entry.js';
import { federationErrors } from './federation.js';
import { loginErrors } from './login.js';
import { requestErrors } from './requests.js';
import { sessionErrors } from './sessions.js';
import { tokenErrors } from './tokens.js';

/**
 * Stable name of a failure; the README lists them all. Tests, logs and metrics use it; nobody
 * matches on messages.
 */
export type RelyingPartyErrorCode = keyof (typeof loginErrors &
  typeof federationErrors &
  typeof tokenErrors &
  typeof accessErrors &
  typeof sessionErrors &
  typeof requestErrors);

/**
 * Every failure we expect, with all that is known of it. README's table and `docs/errors` are
 * written from here.
 */
export const errorCatalogue: Errors<RelyingPartyErrorCode> = {
  ...loginErrors,
  ...federationErrors,
  ...tokenErrors,
  ...accessErrors,
  ...sessionErrors,
  ...requestErrors,
};

/**
 * A failure we expected and can explain.
 *
 * `message` is for the operator and may name claims, never their values or any token.
 * `status` is what the browser or API caller sees; `cause` keeps the library's own error.
 */
export class RelyingPartyError extends Error {
  override readonly name = 'RelyingPartyError';
  readonly code: RelyingPartyErrorCode;

  constructor(code: RelyingPartyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}
