import type { Options } from './option.js';
import * as values from './values.js';

/** How the program runs, and what it tells of itself. */
export const runningOptions = {
  rateLimitPerMinute: {
    name: 'RATE_LIMIT_PER_MINUTE',
    unit: 'requests per minute and address',
    meaning:
      'Limit on the login and callback routes, counted by each process, people apart from programs and from what browsers fetch by themselves. 0 switches it off. Signing out has none. Behind a proxy set TRUST_PROXY too, or all users share one address.',
    default: '300',
    schema: values.wholeNumber([0, 1_000_000]),
    fix: 'write a number, e.g. 300, or 0 for no limit',
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    meaning:
      'Whose forwarding headers to believe: how many proxies are in front, or their addresses with commas between. Nobody by default.',
    default: 'false',
    schema: values.trustProxy,
    fix: 'write how many proxies are in front (1), their addresses (10.0.0.0/8), or false',
  },
  workers: {
    name: 'WORKERS',
    unit: 'processes',
    meaning:
      'Processes on this machine; `auto` = one per core. More than one needs a shared store.',
    default: '1',
    schema: values.workers,
    fix: 'write a number of processes, or auto',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    meaning: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
    default: 'info',
    schema: values.logLevel,
    fix: 'write trace, debug, info, warn, error, fatal or silent',
  },
  httpsProxy: {
    name: 'HTTPS_PROXY',
    isSecret: true,
    sets: 'proxy',
    alias: 'https_proxy',
    meaning:
      'Proxy that calls to the OpenID provider, and of `setup` and `doctor` to AWS, go through, e.g. `http://proxy:3128`. This machine itself is never reached through it.',
    default: '',
    schema: values.proxy,
    fix: 'write e.g. http://proxy.example.com:3128',
  },
  noProxy: {
    name: 'NO_PROXY',
    alias: 'no_proxy',
    meaning:
      'What is reached without the proxy, with commas between: host names (and all below them), addresses, networks (`10.0.0.0/8`), `*` for everything.',
    default: '',
    schema: values.words,
    fix: 'write host names or addresses with commas between',
  },
  shutdownSeconds: {
    name: 'SHUTDOWN_SECONDS',
    unit: 'seconds',
    meaning:
      'How long a stop may take. In the first quarter `/readyz` already says no while requests are still taken.',
    default: '10',
    schema: values.wholeNumber([0, 3600]),
    fix: 'write a number of seconds, e.g. 10',
  },
  metricsToken: {
    name: 'METRICS_TOKEN',
    isSecret: true,
    meaning:
      'Bearer token that opens `/metrics` on `PORT`. Without it there is no such page, unless `BASE_URL` is this machine itself.',
    default: '',
    schema: values.bearerSecret,
    fix: 'use at least 16 characters (openssl rand -hex 16)',
  },
  metricsPort: {
    name: 'METRICS_PORT',
    meaning: 'Port on 127.0.0.1 where `/metrics` is answered without a token. Off by default.',
    default: '',
    schema: values.optionalPort,
    fix: 'write a port, e.g. 9464, or nothing',
  },
} satisfies Options;
