import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, Counter, Gauge, type MetricObject, Registry } from 'prom-client';

/*
 * With several workers a scrape meets any one of them, and its own figures alone would jump about.
 * So the primary process asks all workers and adds up, and a worker that is asked for metrics asks
 * the primary. Nobody waits for a worker that does not answer: it is left out, and counted.
 */
const forSum = 'lifeguard:sum?';
const sum = 'lifeguard:sum';
const forFigures = 'lifeguard:figures?';
const figures = 'lifeguard:figures';

interface Message {
  readonly type: unknown;
  readonly id: number;
}
interface Sum extends Message {
  readonly text: string;
}
interface Figures extends Message {
  readonly metrics: MetricObject[];
}

const WORKER_MS = 1000;
const PRIMARY_MS = 3000;

/**
 * In the primary process: adds up, for whoever asks, and lets workers ask.
 *
 * @param linesLost how many log lines this process could not write
 */
export function sumOverWorkers(linesLost: () => number): () => Promise<string> {
  const waiting = new Answers<MetricObject[]>(WORKER_MS);
  const own = new Registry();
  countLinesLost(own, linesLost);
  const silent = new Gauge({
    name: 'lifeguard_workers_silent',
    help: 'Workers that did not tell their figures in time; they are missing from the sums.',
    registers: [own],
  });

  const gather = async (): Promise<string> => {
    const asked = connectedWorkers().map((worker) =>
      waiting.ask((id) => worker.send({ type: forFigures, id } satisfies Message)),
    );
    const told = (await Promise.all(asked)).filter((each) => each !== undefined);
    silent.set(asked.length - told.length);
    return AggregatorRegistry.aggregate([...told, await own.getMetricsAsJSON()]).metrics();
  };
  let gathering: Promise<string> | undefined;
  const sumUp = (): Promise<string> =>
    (gathering ??= gather().finally(() => {
      gathering = undefined;
    }));

  cluster.on('message', (worker, message: Message) => {
    if (message.type === figures) waiting.take(message.id, (message as Figures).metrics);
    if (message.type === forSum) void answer(worker, message.id, sumUp());
  });
  return sumUp;
}

const connectedWorkers = (): Worker[] =>
  Object.values(cluster.workers ?? {}).filter(
    (worker) => worker?.isConnected() === true,
  ) as Worker[];

async function answer(worker: Worker, id: number, asked: Promise<string>): Promise<void> {
  const text = await asked;
  if (worker.isConnected()) worker.send({ type: sum, id, text } satisfies Sum);
}

/** In a worker: tells the primary its figures whenever it asks. */
export function tellFigures(registry: Registry): void {
  process.on('message', (message: Message) => {
    if (message.type !== forFigures) return;
    void tell(registry, message.id);
  });
}

async function tell(registry: Registry, id: number): Promise<void> {
  const metrics = await registry.getMetricsAsJSON();
  process.send?.({ type: figures, id, metrics } satisfies Figures);
}

/** In a worker: asks the primary for the sum; rejects when it does not answer in time. */
export function askForSum(): () => Promise<string> {
  const waiting = new Answers<string>(PRIMARY_MS);
  process.on('message', (message: Message) => {
    if (message.type === sum) waiting.take(message.id, (message as Sum).text);
  });
  return async () => {
    const text = await waiting.ask((id) => process.send?.({ type: forSum, id } satisfies Message));
    if (text === undefined) throw new Error('the primary process does not answer');
    return text;
  };
}

/**
 * Questions to another process, each with a number; an answer that does not come in time is
 * `undefined`.
 */
class Answers<Answer> {
  readonly #limitMs: number;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #questions = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  ask(send: (id: number) => void): Promise<Answer | undefined> {
    const id = this.#questions++;
    return new Promise((resolve) => {
      const end = (given?: Answer): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(given);
      };
      const timer = setTimeout(end, this.#limitMs);
      this.#waiting.set(id, end);
      send(id);
    });
  }

  take(id: number, given: Answer): void {
    this.#waiting.get(id)?.(given);
  }
}

/** Lost lines are the one trouble that the log cannot tell of while it lasts. */
export function countLinesLost(registry: Registry, linesLost: () => number): void {
  let known = 0;
  const counter = new Counter({
    name: 'lifeguard_log_lines_lost_total',
    help: 'Log lines that could not be written in time: a full disk, or a pipe that nobody reads.',
    registers: [],
    collect() {
      this.inc(linesLost() - known);
      known = linesLost();
    },
  });
  registry.registerMetric(counter);
}
