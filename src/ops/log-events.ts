import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { RelyingPartyEvents } from '../relying-party/events.js';

type EventName = keyof RelyingPartyEvents;

/** How loud each event is. A new event does not compile until it is here. */
const levels: Readonly<Record<EventName, 'debug' | 'info' | 'warn'>> = {
  'login.started': 'debug',
  'login.succeeded': 'info',
  'login.failed': 'warn',
  'request.failed': 'warn',
  'session.refreshed': 'debug',
  'session.refresh_failed': 'warn',
  'session.ended': 'info',
  'logout.revocation_failed': 'warn',
  'logout.backchannel': 'info',
  'logout.completed': 'info',
  'discovery.failed': 'warn',
};

/** Writes what happened at the relying party: the event's name as `event` and `msg`, and its payload. */
export function logEvents(events: EventEmitter<RelyingPartyEvents>, logger: Logger): void {
  for (const [event, level] of Object.entries(levels)) {
    // As a plain emitter: the payload is written as it is, whatever its shape.
    (events as EventEmitter).on(event, (payload: object) => {
      logger[level]({ event, ...payload }, event);
    });
  }
}
