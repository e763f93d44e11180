import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import type { RelyingPartyEvents } from './events.js';

/**
 * Tells listeners what happens, and is not stopped by them: one that throws, or returns a promise that rejects, is told of as a
 * warning of the process. Watching must not keep anybody from signing in or out, and must not end the program.
 */
export class RelyingPartyEmitter extends EventEmitter<RelyingPartyEvents> {
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
