import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../../config/options/settings.js';
import { sumOverWorkers } from '../../ops/cluster-metrics.js';
import { forwardLines, openOutput } from '../../ops/output.js';
import type { ProcessLog } from '../../ops/process-log.js';
import { listenForMetrics } from './metrics-port.js';
import { stopWhenTold, type Told } from './stop-when-told.js';

const restartDelayMs = 1000;

/**
 * Runs the site in several processes that share the port, and replaces one that dies.
 *
 * The first starts alone: if it cannot, it has said why, and there is no use in hearing that from
 * each.
 */
export async function superviseWorkers(settings: Settings, log: ProcessLog): Promise<void> {
  let isStopping = false;
  const fork = workersWithOurOutput(log);
  const keepReplacing = async (worker: Worker): Promise<void> => {
    const [code, signal]: unknown[] = await once(worker, 'exit');
    if (isStopping) return;
    log.logger.error(
      { worker: worker.process.pid, code, signal },
      'a worker died; starting another',
    );
    await wait(restartDelayMs);
    if (!isStopping) await keepReplacing(fork());
  };

  // A worker ends by itself a second after its time; one that hangs is ended after another.
  const limitMs = settings.shutdownSeconds * 1000 + 2000;
  stopWhenTold(
    { ...log, limitSeconds: limitMs / 1000 + 1, isWorker: false },
    async (told): Promise<boolean> => {
      isStopping = true;
      const isComplete = await stopWorkers(told, limitMs);
      log.logger.info({ signal: told.signal }, 'all workers stopped');
      return isComplete;
    },
  );

  await listenForMetrics(
    settings.metricsPort,
    sumOverWorkers(() => log.output.linesLost()),
  );
  if (isStopping) return;
  const first = await firstThatListens(fork, log, () => isStopping);
  // The process then ends with what comes of the stop.
  if (isStopping) return;
  if (first === undefined) process.exit(1);
  const others = Array.from({ length: settings.workers - 1 }, fork);
  await Promise.all([first, ...others].map(keepReplacing));
}

/**
 * What workers write goes through us. With one pipe shared by all, a worker that ends would give it
 * back as it found it, and the next writes of the others would wait for whoever reads it.
 */
function workersWithOurOutput({ output }: ProcessLog): () => Worker {
  // Until a worker hears SIGUSR1, Node would open its debugger: nobody has this address, so that
  // fails.
  cluster.setupPrimary({
    silent: true,
    execArgv: ['--inspect-port=0.0.0.1', ...process.execArgv],
  });
  const errors = openOutput(2);
  return () => {
    const worker = cluster.fork();
    const { stdout, stderr } = worker.process;
    if (stdout !== null) forwardLines(stdout, output);
    if (stderr !== null) forwardLines(stderr, errors);
    return worker;
  };
}

/** They change nothing, but for the first moments of a worker, in which it cannot hear them yet. */
const SIGNALS_WITHOUT_MEANING: ReadonlySet<unknown> = new Set(['SIGHUP', 'SIGUSR1', 'SIGUSR2']);
/** Enough for any log rotation. */
const mostFirstWorkers = 10;

/** @returns `undefined` when it ended before it listened, and not by chance */
async function firstThatListens(
  fork: () => Worker,
  { logger }: ProcessLog,
  isStopping: () => boolean,
): Promise<Worker | undefined> {
  for (let left = mostFirstWorkers; left > 0 && !isStopping(); left--) {
    const worker = fork();
    const ended = await endsBeforeItListens(worker);
    if (ended === undefined) return worker;
    const { signal } = ended;
    if (!SIGNALS_WITHOUT_MEANING.has(signal) || isStopping()) return undefined;
    logger.warn({ worker: worker.process.pid, signal }, 'a worker died before it could hear');
    await wait(restartDelayMs);
  }
  logger.error('no worker lives for long enough to listen: signals keep ending them');
  return undefined;
}

/** @returns of which signal, if any; `undefined` when it listens */
async function endsBeforeItListens(worker: Worker): Promise<{ signal: unknown } | undefined> {
  return Promise.race([
    once(worker, 'listening').then(() => undefined),
    once(worker.process, 'close').then(([, signal]: unknown[]) => ({ signal })),
  ]);
}

/**
 * With which a process group is stopped, by a service manager, from a terminal or by its end. A
 * worker that ends of one had not come to listen yet, and so has cut nothing.
 */
const STOP_SIGNALS: ReadonlySet<unknown> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP']);

/** @returns whether each has finished what it had begun */
async function stopWorkers({ isAnnounced }: Told, limitMs: number): Promise<boolean> {
  const told = isAnnounced ? 'SIGTERM' : 'SIGQUIT';
  const living = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  const ends = living.map(async ({ process: worker }) => {
    const closed = once(worker, 'close');
    worker.kill(told);
    const hung = setTimeout(() => worker.kill('SIGKILL'), limitMs);
    const [code, signal]: unknown[] = await closed;
    clearTimeout(hung);
    return code === 0 || STOP_SIGNALS.has(signal);
  });
  return (await Promise.all(ends)).every(Boolean);
}
