import { findProgram } from './system-program.js';

/**
 * Finds redis-server, or installs it where it can.
 * @returns its path, or `undefined` after one line saying what to install
 * @throws {Error} when it is missing and `CI` is `true`
 */
export function findRedisServer(): string | undefined {
  return findProgram({
    name: 'redis-server',
    variable: 'REDIS_SERVER_PATH',
    candidates: ['/usr/bin/redis-server', 'redis-server'],
    aptPackage: 'redis-server',
    brewArguments: ['redis'],
  });
}
