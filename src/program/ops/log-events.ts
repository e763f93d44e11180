import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { RelyingPartyEvents } from '../../relying-party/events.js';

type EventName = keyof RelyingPartyEvents;

/** How loud each event is. A new event does not compile until it is here. */
const levels: Readonly<
  Record<Exclude<EventName, 'request.failed'>, 'debug' | 'info' | 'warn' | 'error'>
> = {
  'login.started': 'debug',
  'login.succeeded': 'info',
  'login.failed': 'warn',
  'login.stray_error': 'warn',
  'session.refreshed': 'debug',
  'session.refresh_failed': 'warn',
  'session.ended': 'info',
  'logout.revocation_failed': 'warn',
  'logout.backchannel': 'info',
  'logout.postponed': 'warn',
  'logout.caught_up': 'info',
  'logout.dropped': 'error',
  'logout.completed': 'info',
  'secrets.mismatch': 'warn',
  'client_secret.changed': 'info',
  'client_secret.unreadable': 'warn',
  'discovery.failed': 'warn',
  'resource_metadata.unmounted': 'warn',
};

/**
 * Writes what happened at the relying party: the event's name as `event` and `msg`, and its
 * payload. A request that failed by the caller's doing is no trouble of the operator's: it is told
 * at `info`, without a stack.
 */
export function logEvents(events: EventEmitter<RelyingPartyEvents>, logger: Logger): void {
  events.on('request.failed', ({ err, ...request }) => {
    const isExpected = err instanceof RelyingPartyError;
    const reason = isExpected ? { detail: err.message } : { err };
    const level = request.status < 500 ? 'info' : isExpected ? 'warn' : 'error';
    logger[level]({ event: 'request.failed', ...request, ...reason }, 'request.failed');
  });
  for (const [event, level] of Object.entries(levels)) {
    // As a plain emitter: the payload is written as it is, whatever its shape.
    (events as EventEmitter).on(event, (payload: object) => {
      logger[level]({ event, ...payload }, event);
    });
  }
}
