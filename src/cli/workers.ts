import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { answerMetricsQuestions } from '../ops/cluster-metrics.js';

const restartDelayMs = 1000;

/**
 * Runs the site in several processes that share the port, and replaces one that dies.
 *
 * The first starts alone: if it cannot, it has said why, and there is no use in hearing that from each.
 */
export async function superviseWorkers(settings: Settings, logger: Logger): Promise<void> {
  let isStopping = false;
  const keepReplacing = async (worker: Worker): Promise<void> => {
    const [code, signal]: unknown[] = await once(worker, 'exit');
    if (isStopping) return;
    logger.error({ worker: worker.process.pid, code, signal }, 'a worker died; starting another');
    await wait(restartDelayMs);
    if (!isStopping) await keepReplacing(cluster.fork());
  };

  const delay = settings.shutdownSeconds * 1000 + 2000;
  closeWithGrace({ delay, logger, skip: ['beforeExit'] }, async ({ signal }) => {
    isStopping = true;
    await stopWorkers();
    logger.info({ signal }, 'all workers stopped');
  });
  answerMetricsQuestions();

  const first = cluster.fork();
  if (!(await comesToListen(first))) {
    process.exitCode = 1;
    return;
  }
  const others = Array.from({ length: settings.workers - 1 }, () => cluster.fork());
  await Promise.all([first, ...others].map(keepReplacing));
}

async function comesToListen(worker: Worker): Promise<boolean> {
  return Promise.race([
    once(worker, 'listening').then(() => true),
    once(worker, 'exit').then(() => false),
  ]);
}

async function stopWorkers(): Promise<void> {
  const living = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  const exits = living.map((worker) => once(worker, 'exit'));
  for (const worker of living) worker.process.kill('SIGTERM');
  await Promise.all(exits);
}
