import {
  aFunction,
  oneOf,
  option,
  optional,
  optionsOf,
  text,
} from '../web/options/check-options.js';
import type { PoolsLogEvent } from './exchange/runtime.js';
import { aUrl } from './seed/federated-pools.js';
import type { PoolsSeed } from './seed/seed.js';

/** How to start the pools; every option has a default. */
export interface StartPoolsOptions {
  /**
   * An object, or a `.json`, `.yaml` or `.yml` file. Default the two federated pools for
   * `http://localhost:3000`.
   */
  readonly seed?: PoolsSeed | string | URL | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /**
   * The origin browsers and clients use, where it differs from the address listened on (in a
   * container, say).
   */
  readonly publicUrl?: string | undefined;
  /** `fixed` uses key pairs everybody knows, and listens on loopback only. Default `generated`. */
  readonly keys?: 'fixed' | 'generated' | undefined;
  /**
   * `local` (default): the issuer is where discovery is served. `aws`: tokens name
   * `https://cognito-idp.<region>.amazonaws.com/<poolId>`, for verifiers that only compare.
   */
  readonly issuer?: 'local' | 'aws' | undefined;
  /** Region in the ids of pools that are made without one. Default `eu-west-1`. */
  readonly region?: string | undefined;
  /**
   * A file that keeps the whole state: users, clients, keys, sessions, what is under way. Each
   * change is in it before it is acknowledged, so that it survives the process being killed. What
   * is in it at the start wins over the seed. It has secrets and private keys in it.
   */
  readonly persist?: string | undefined;
  /** Epoch milliseconds; `clock.advance` adds to it. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** One call per request served, per injected fault and per unexpected error. */
  readonly log?: ((event: PoolsLogEvent) => void) | undefined;
}

/** What checks them. */
export const startPoolsOptions: ReturnType<typeof optionsOf> = optionsOf<StartPoolsOptions>({
  seed: optional(
    option((value) => {
      const isSeed = (typeof value === 'object' && value !== null) || typeof value === 'string';
      return isSeed ? undefined : 'is none';
    }, 'give an object, or the path of a .json or .yaml file'),
  ),
  port: optional(
    option((value) => {
      const isPort = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
      return isPort ? undefined : 'is none';
    }, 'give a number up to 65535, or leave it out for any that is free'),
  ),
  host: optional(text('give an address, or leave it out')),
  publicUrl: optional(aUrl),
  keys: optional(oneOf('fixed', 'generated')),
  issuer: optional(oneOf('local', 'aws')),
  region: optional(text('write e.g. eu-west-1')),
  persist: optional(text('give the path of a file, or leave it out')),
  now: optional(aFunction('give e.g. Date.now, or leave it out')),
  log: optional(aFunction('give a function that takes an event, or leave it out')),
});
