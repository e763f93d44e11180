import { InvalidArgumentError, Option } from 'commander';
import { CommandError } from './surroundings/failure.js';

const MOST_SECONDS = 999_999;

export function wholeSeconds(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is not a number of seconds.');
  if (Number(text) <= MOST_SECONDS) return Number(text);
  throw new InvalidArgumentError(`It is too large: ${MOST_SECONDS} is the most.`);
}

export function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('Write a port, e.g. 3000.');
}

/** Where others must know the port before it is listened on, the system cannot pick one. */
export function fixedPort(text: string): number {
  const port = portNumber(text);
  if (port > 0) return port;
  throw new InvalidArgumentError('Write a port, e.g. 3000.');
}

/** An option that may be given more than once. */
export function list(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export interface SettingsFileOption {
  readonly settingsFile?: string;
}

export function settingsFile(): Option {
  return new Option('--settings-file <path>', 'file of settings (default: .env, if there is one)');
}

/**
 * What --settings-file was called once. Node takes it for itself, also behind our name; it comes
 * here only if the file is there.
 */
export function nodesOwn(): Option {
  return new Option('--env-file <path>').hideHelp().argParser(() => {
    throw new CommandError('Node takes --env-file for itself: write --settings-file instead.');
  });
}
