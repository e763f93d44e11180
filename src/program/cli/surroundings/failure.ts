import { ConfigError } from '../../../errors/config-error.js';
import { inSettings, settingOf } from '../../config/library-words.js';
import { SetupError } from '../../setup/failure.js';

/** A failure whose message is all the operator needs; no stack is printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** @throws {CommandError} when --endpoint-url is given and none */
export function requireUrl(endpointUrl: string | undefined): void {
  if (endpointUrl === undefined || URL.canParse(endpointUrl)) return;
  throw new CommandError('--endpoint-url is not a URL.');
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
    return [
      header,
      '',
      ...error.problems.map(
        ({ option, problem, fix }) => `  ${settingOf(option)} ${problem}; ${fix}`,
      ),
      '',
    ].join('\n');
  }
  if (error instanceof CommandError || error instanceof SetupError)
    return inSettings(error.message);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Where a command was to listen, and what sets that: a variable, or a flag. */
export interface ListenPlace {
  readonly port: number;
  readonly host: string;
  readonly portSetting: string;
  readonly hostSetting?: string | undefined;
}

/**
 * If a port could not be had, a failure that names the variable or flag to change; else the error
 * as it is.
 */
export function portFailure(error: unknown, place: ListenPlace): unknown {
  const { port, host, portSetting, hostSetting } = place;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const failure = (words: string): CommandError => new CommandError(words, { cause: error });
  switch (code) {
    case 'EADDRINUSE':
      return failure(
        `Port ${port} is taken: stop the program that uses it, or set ${portSetting} to another one.`,
      );
    case 'EACCES':
      return failure(
        `Port ${port} needs more rights than this process has: set ${portSetting} to one above 1023.`,
      );
    case 'EADDRNOTAVAIL':
    case 'EAI_AGAIN':
    case 'ENOTFOUND':
      return failure(
        `This machine has no address ${host} (${code}): set ${hostSetting} to one of its own, 127.0.0.1 or 0.0.0.0.`,
      );
    default:
      return error;
  }
}
