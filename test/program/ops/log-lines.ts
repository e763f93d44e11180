import type { Logger } from 'pino';
import { createLogger } from '../../../src/program/ops/logger.js';

const parse = (line: string): Record<string, unknown> => JSON.parse(line);

/** A logger whose lines are kept: as written, and parsed. */
export function keptLog(level: 'debug' | 'info' = 'debug'): {
  logger: Logger;
  text: () => string;
  lines: () => Record<string, unknown>[];
} {
  const written: string[] = [];
  const logger = createLogger({ level, destination: { write: (line) => void written.push(line) } });
  return { logger, text: () => written.join(''), lines: () => written.map(parse) };
}
