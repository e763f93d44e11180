import type { ResettableClock } from '../control/clock.js';
import type { Fault, FaultEndpoint, FaultSwitches } from '../control/faults.js';
import type { UserPool } from '../model/user-pool.js';
import type { PoolRegistry } from '../state/pool-registry.js';
import type { StateFile } from '../state/state-file.js';
import type { RequestLog } from './request-log.js';

/** What all pools of one server share. */
export interface PoolsRuntime {
  readonly origin: string;
  readonly registry: PoolRegistry;
  /** Those of the registry. */
  readonly pools: readonly UserPool[];
  readonly clock: ResettableClock;
  /** Absent: the state ends with the server. */
  readonly stateFile: StateFile | undefined;
  readonly faults: FaultSwitches;
  readonly requestLog: RequestLog;
  readonly log: (event: PoolsLogEvent) => void;
}

/** What the pools report while they run. Never a token, a code, a password or a query. */
export type PoolsLogEvent =
  | {
      readonly kind: 'request';
      /** Name of the pool; `undefined` outside any. */
      readonly pool: string | undefined;
      readonly method: string;
      /** Relative to the domain or the issuer. */
      readonly path: string;
      readonly status: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'fault';
      readonly pool: string;
      readonly endpoint: FaultEndpoint;
      /**
       * What was injected, e.g. `delayMs, status 500`; nobody should debug a fault that was asked
       * for.
       */
      readonly fault: string;
    }
  | {
      readonly kind: 'error';
      readonly pool: string | undefined;
      readonly path: string;
      readonly message: string;
    };

/**
 * The fault for a request that has come in, told to the log; one that was set for once is used up
 * by it.
 */
export function takeFault(
  { faults, log }: PoolsRuntime,
  pool: string,
  endpoint: FaultEndpoint,
): Fault | undefined {
  const fault = faults.take(pool, endpoint);
  if (fault !== undefined) log({ kind: 'fault', pool, endpoint, fault: describeFault(fault) });
  return fault;
}

/** A fault in words for the log: `delayMs 50, status 500`. */
function describeFault(fault: Fault): string {
  const words = Object.entries(fault).map(([name, value]) =>
    typeof value === 'number' ? `${name} ${value}` : name,
  );
  return words.join(', ');
}
