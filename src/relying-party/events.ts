import type { RelyingPartyErrorCode } from '../errors/relying-party-error.js';

/**
 * What the relying party tells the rest of the program. Never carries a token, a code, a secret or
 * a cookie.
 */
export interface RelyingPartyEvents {
  'login.started': [{ requestId: string; identityProvider: string | undefined }];
  'login.succeeded': [
    { requestId: string; subject: string; session: string; identityProvider: string | undefined },
  ];
  /**
   * `detail` is for the operator: the failed check, or what an error means and, at its end and
   * marked as unverified, what the browser said the OP said; never a token.
   */
  'login.failed': [{ requestId: string; code: RelyingPartyErrorCode; detail: string }];
  /**
   * An error at the callback that belongs to no sign-in we began, or that came with what cannot be
   * read. Anybody can write one: `unverified` is a stranger's text, of 300 characters at most and
   * none of them invisible, `looksLike` the code it would have if it were true. Told five times a
   * minute; `dropped` is how many were not told since the one before.
   */
  'login.stray_error': [
    { requestId: string; looksLike: RelyingPartyErrorCode; unverified: string; dropped: number },
  ];
  /**
   * Any other request of ours that failed. `err` is as it was thrown: the one member that may carry
   * what must not be written down, so a log takes its kind, code and stack and nothing else.
   */
  'request.failed': [
    {
      requestId: string;
      code: RelyingPartyErrorCode;
      status: number;
      method: string;
      path: string;
      err: unknown;
    },
  ];
  'session.refreshed': [{ subject: string; session: string }];
  'session.refresh_failed': [
    { subject: string; session: string; permanent: boolean; detail: string },
  ];
  'session.ended': [
    {
      /** `undefined` where its record could not be read. */
      subject: string | undefined;
      session: string;
      reason: 'logout' | 'refresh_refused' | 'replaced' | 'elsewhere' | 'backchannel' | 'operator';
    },
  ];
  'logout.revocation_failed': [
    {
      /** `undefined` for the tokens of a sign-in whose session could not begin. */
      session: string | undefined;
      detail: string;
    },
  ];
  'logout.backchannel': [{ sessionsEnded: number }];
  /**
   * The session store does not let sign-outs do what they must, such as delete a session. This
   * process refuses the session and goes on trying. Told at the first piece of work of an outage;
   * `logout.caught_up` or `logout.dropped` say how many there were.
   */
  'logout.postponed': [{ count: number; detail: string }];
  /** All that was put by has been done. */
  'logout.caught_up': [{ count: number }];
  /**
   * So many pieces of work will not be done by this process, since it stops, or there were too
   * many: a session may live on until its browser comes back or its time is up.
   */
  'logout.dropped': [{ count: number; reason: 'stopping' | 'too_many' }];
  'logout.completed': [{ steps: readonly { name: string; outcome: string }[] }];
  /**
   * A replica with the same store has other session secrets: one of the two does not open what the
   * other seals.
   */
  'secrets.mismatch': [object];
  /**
   * Another secret of the client is used from now on: what is kept was read again and has changed,
   * or the OP refused the one in use and took the other. `count` is how many there are.
   */
  'client_secret.changed': [{ reason: 'read_again' | 'refused'; count: number }];
  /**
   * The secrets could not be read again; those that are known are used on. Told once until they can
   * be read.
   */
  'client_secret.unreadable': [{ detail: string }];
  'discovery.failed': [{ detail: string; servedStale: boolean }];
  /**
   * A challenge names the metadata's address, and nobody answers there, or another; `detail` has
   * the line to write. Told once.
   */
  'resource_metadata.unmounted': [{ url: string; detail: string }];
}

const isEvent: Readonly<Record<keyof RelyingPartyEvents, true>> = {
  'login.started': true,
  'login.succeeded': true,
  'login.failed': true,
  'login.stray_error': true,
  'request.failed': true,
  'session.refreshed': true,
  'session.refresh_failed': true,
  'session.ended': true,
  'logout.revocation_failed': true,
  'logout.backchannel': true,
  'logout.postponed': true,
  'logout.caught_up': true,
  'logout.dropped': true,
  'logout.completed': true,
  'secrets.mismatch': true,
  'client_secret.changed': true,
  'client_secret.unreadable': true,
  'discovery.failed': true,
  'resource_metadata.unmounted': true,
};
export const eventNames: readonly string[] = Object.keys(isEvent);
