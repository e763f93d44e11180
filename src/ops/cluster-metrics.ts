import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';

/*
 * With several workers a scrape meets any one of them, and its own figures alone would jump about. So a worker asks the
 * primary process, which asks all workers (prom-client does this part) and adds up.
 */
const question = 'lifeguard:metrics?';
const answer = 'lifeguard:metrics';

interface Answer {
  readonly type: typeof answer;
  readonly id: number;
  /** Absent when a worker did not answer the primary in time. */
  readonly text: string | undefined;
}

/** In the primary process: lets workers ask for the sum. */
export function answerMetricsQuestions(): void {
  const sum = new AggregatorRegistry();
  const reply = async (worker: Worker, id: number): Promise<void> => {
    const text = await sum.clusterMetrics().catch(() => undefined);
    if (worker.isConnected()) worker.send({ type: answer, id, text } satisfies Answer);
  };
  cluster.on('message', (worker, message: { type: unknown; id: number }) => {
    if (message.type === question) void reply(worker, message.id);
  });
}

/**
 * In a worker: takes part in the sum.
 *
 * @returns asks for the sum over all workers, in Prometheus's text format
 */
export function joinMetrics(): () => Promise<string> {
  // Being there is enough: it answers the primary's question about this worker.
  void new AggregatorRegistry();
  const waiting = new Map<number, Waiting>();
  let questions = 0;
  process.on('message', (message: Answer) => {
    if (message.type !== answer) return;
    const { resolve, reject } = waiting.get(message.id) ?? {};
    waiting.delete(message.id);
    if (message.text === undefined) reject?.(new Error('a worker did not tell its metrics'));
    else resolve?.(message.text);
  });

  return () =>
    new Promise((resolve, reject) => {
      const id = questions++;
      waiting.set(id, { resolve, reject });
      process.send?.({ type: question, id });
    });
}

interface Waiting {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
}
