import type { Response } from 'express';
import { recogniseAuthorizationError } from '../../cognito/error-descriptions.js';
import { quoted } from '../../errors/strangers-words.js';
import { requestIdOf } from '../../web/request/request-id.js';
import type { EventEmitter } from 'node:events';
import type { RelyingPartyEvents } from '../events.js';

export interface StrayErrorsOptions {
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly now: () => number;
}

const MOST_PER_MINUTE = 5;
const MINUTE_MS = 60_000;

/**
 * Tells of an error at the callback that belongs to no sign-in that we began, or that came with
 * what cannot be read.
 */
export type TellStrayError = (parameters: URLSearchParams, res: Response) => void;

/**
 * An OP, or one behind it, may fail without giving `state` back: SAML begun at the identity
 * provider, or a redirect of Cognito's own. What it says then is the only trace of the cause; but
 * anybody can write such a callback, so the words go nowhere but into the log, are marked as
 * unverified, and are told a few times a minute; the next that is told says how many were not.
 */
export function createTellStrayError({ events, now }: StrayErrorsOptions): TellStrayError {
  let since = -Infinity;
  let told = 0;
  let dropped = 0;
  return (parameters, res) => {
    const error = parameters.get('error');
    if (error === null) return;
    if (Math.abs(now() - since) >= MINUTE_MS) [since, told] = [now(), 0];
    if (told >= MOST_PER_MINUTE) {
      dropped += 1;
      return;
    }
    told += 1;
    const description = parameters.get('error_description');
    events.emit('login.stray_error', {
      requestId: requestIdOf(res),
      looksLike: recogniseAuthorizationError(error, description ?? undefined),
      unverified: quoted(description === null ? error : `${error}: ${description}`),
      dropped,
    });
    dropped = 0;
  };
}
