import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import { nearestName } from '../web/options/nearest-name.js';
import { eventNames, type RelyingPartyEvents } from './events.js';

/**
 * Tells listeners what happens, and is not stopped by them: one that throws, or returns a promise
 * that rejects, is told of as a warning of the process. Watching must not keep anybody from signing
 * in or out, and must not end the program. An event that there is not would be waited for in vain:
 * to name one is a `TypeError`.
 */
export class RelyingPartyEmitter extends EventEmitter<RelyingPartyEvents> {
  constructor() {
    super();
    for (const method of NAMING) {
      const value = refuseOthers(method, this[method]);
      Object.defineProperty(this, method, { value, configurable: true, writable: true });
    }
  }

  override emit<Name extends keyof RelyingPartyEvents>(
    name: Name,
    ...values: RelyingPartyEvents[Name]
  ): boolean {
    // Raw, so that those that asked for once take themselves away.
    const listeners = this.rawListeners(name) as ((...given: unknown[]) => unknown)[];
    for (const listener of listeners) void call(name, () => listener.apply(this, values));
    return listeners.length > 0;
  }
}

/** Every emitter of Node's has them, and `once` of `node:events` listens for errors. */
const OF_NODE: ReadonlySet<unknown> = new Set(['error', 'newListener', 'removeListener']);

/** `once` and `prependOnceListener` come down to these. */
const NAMING = ['on', 'addListener', 'prependListener', 'off', 'removeListener'] as const;

function refuseOthers<Method extends (...given: never[]) => unknown>(
  name: string,
  method: Method,
): (...given: Parameters<Method>) => unknown {
  return function checked(this: unknown, ...given) {
    requireEvent(name, given[0]);
    return method.apply(this, given);
  };
}

function requireEvent(method: string, name: unknown): void {
  if (OF_NODE.has(name) || (eventNames as readonly unknown[]).includes(name)) return;
  const meant = nearestName(String(name), eventNames);
  const instead = meant === undefined ? `there are ${eventNames.join(', ')}` : `write ${meant}`;
  throw new TypeError(`events.${method}: ${JSON.stringify(String(name))} is no event; ${instead}`);
}

async function call(name: string, listener: () => unknown): Promise<void> {
  try {
    await listener();
  } catch (error) {
    process.emitWarning(`A listener of "${name}" failed`, {
      code: 'LIFEGUARD_LISTENER_FAILED',
      detail: inspect(error),
    });
  }
}
