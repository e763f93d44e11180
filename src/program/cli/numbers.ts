import { InvalidArgumentError } from 'commander';

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
