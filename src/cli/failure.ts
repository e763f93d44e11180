import { ConfigError } from '../errors.js';

/** A failure whose message is all the operator needs; no stack is printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/**
 * What to print when a command cannot go on.
 *
 * @param command as typed, e.g. `lifeguard serve`
 */
export function describeFailure(error: unknown, command: string): string {
  if (error instanceof ConfigError) {
    const count = error.problems.length;
    const header = `${command} cannot start: ${count === 1 ? 'one thing is' : `${count} things are`} wrong with its configuration.`;
    return [header, '', ...error.message.split('\n').map((line) => `  ${line}`), ''].join('\n');
  }
  if (error instanceof CommandError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** If a port could not be had, a failure that names the variable or flag to change; else the error as it is. */
export function portFailure(error: unknown, port: number, setting: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new CommandError(
      `Port ${port} is taken: stop the program that uses it, or set ${setting} to another one.`,
      { cause: error },
    );
  }
  if (code === 'EACCES') {
    return new CommandError(
      `Port ${port} needs more rights than this process has: set ${setting} to one above 1023.`,
      { cause: error },
    );
  }
  return error;
}
