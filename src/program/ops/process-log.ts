import type { Logger } from 'pino';
import { createLogger, type LoggerOptions } from './logger.js';
import { openOutput, type Output } from './output.js';

/** The log of this process, on standard output. */
export interface ProcessLog {
  readonly logger: Logger;
  readonly output: Output;
}

/** How long an ending process waits for its last lines to be taken. */
export const LAST_LINES_MS = 500;

/** Opens it; once in a process. When lines were lost, it says how many as soon as it can. */
export function openProcessLog(level: LoggerOptions['level']): ProcessLog {
  const output = openOutput(1, (lines) =>
    logger.error({ lines }, 'log lines were lost: they could not be written in time'),
  );
  const logger = createLogger({ level, destination: output });
  return { logger, output };
}
