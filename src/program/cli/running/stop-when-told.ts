import closeWithGrace from 'close-with-grace';
import { isatty } from 'node:tty';
import type { Logger } from 'pino';
import { LAST_LINES_MS, type ProcessLog } from '../../ops/process-log.js';

/** That the program shall stop, and how. */
export interface Told {
  readonly signal: string | undefined;
  /**
   * Whether a balancer may be watching, so that `/readyz` must say no for a while before the port
   * closes.
   */
  readonly isAnnounced: boolean;
}

export interface StopOptions extends ProcessLog {
  /** After this long the process ends in any case. */
  readonly limitSeconds: number;
  /** A worker stops when it is told to; what a person types is for its primary to hear. */
  readonly isWorker: boolean;
}

/**
 * Runs `stop` once, and then ends the process: with 0 if `stop` finished everything, else with 1.
 *
 * - SIGTERM announces the stop. Told again, it goes on as it is: a process gets SIGTERM twice when
 *   it is sent to the process group and passed on by a parent too (systemd, npm).
 * - SIGINT (Ctrl-C) and SIGQUIT stop without the wait; in a worker SIGQUIT is how its primary
 *   passes that on. A second one ends the process at once, except in a worker.
 * - SIGHUP stops like SIGTERM if it comes from a terminal that is closed. Otherwise it, SIGUSR1 and
 *   SIGUSR2, which to other programs mean "open your log anew" or "read your settings again", are
 *   noted and change nothing.
 */
export function stopWhenTold(
  { logger, output, limitSeconds, isWorker }: StopOptions,
  stop: (told: Told) => Promise<boolean>,
): void {
  let told: Told | undefined;
  const { close } = closeWithGrace(
    {
      delay: limitSeconds * 1000,
      logger,
      skip: [...handledHere, ...(isWorker ? handledHereInWorkers : [])],
    },
    async ({ signal, err }) => {
      told ??= { signal, isAnnounced: false };
      if (err !== undefined) logger.fatal(err, 'stopping after an error nobody caught');
      const isComplete = await stop(told);
      logger.info({ signal: told.signal }, 'stopped');
      await output.flush(LAST_LINES_MS);
      if (!isComplete) process.exit(1);
    },
  );

  const stopOnce = (signal: string, isAnnounced: boolean): void => {
    if (told !== undefined) return;
    told = { signal, isAnnounced };
    close();
  };
  process.on('SIGTERM', () => stopOnce('SIGTERM', true));
  if (isWorker) {
    process.on('SIGQUIT', () => stopOnce('SIGQUIT', false));
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => {});
  } else {
    const note = noteWith(logger);
    process.on('SIGHUP', (signal) => (isatty(0) ? stopOnce(signal, true) : note(signal)));
    process.on('SIGUSR1', note);
    process.on('SIGUSR2', note);
  }
}

/**
 * For a program that nobody waits for when it stops: closes at a signal to stop, and notes SIGUSR1.
 *
 * @returns what stops it otherwise
 */
export function closeAtSignal(
  { logger, output }: ProcessLog,
  close: () => Promise<void>,
): () => void {
  process.on('SIGUSR1', noteWith(logger));
  return closeWithGrace({ delay: 5000, logger }, async ({ err }) => {
    if (err !== undefined) logger.fatal(err, 'stopping after an error nobody caught');
    await close();
    await output.flush(LAST_LINES_MS);
  }).close;
}

/** What hears a signal that means nothing to us. */
function noteWith(logger: Logger): (signal: NodeJS.Signals) => void {
  return (signal) => logger.warn({ signal }, 'this signal changes nothing');
}

/** `beforeExit`: a command that could not start ends by itself, with the code it has set. */
const handledHere = ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'beforeExit'] as const;
const handledHereInWorkers = ['SIGINT', 'SIGQUIT'] as const;
