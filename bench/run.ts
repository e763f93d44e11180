import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { measurePoolsStart } from './pools-start.js';

/*
 * What a signed-in request costs, as a ratio to the same route in bare Express, both measured in
 * this run: the CPU time of the server's process per request, since wall-clock figures on shared
 * machines mean little. Rounds are interleaved.
 */

interface Contender {
  readonly kind: string;
  readonly path: string;
}

interface Running extends Contender {
  readonly child: ChildProcess;
  readonly url: string;
  readonly headers: Record<string, string>;
}

const JSON_CONTENDERS: Contender[] = [
  { kind: 'express', path: '/api/me' },
  { kind: 'lifeguard-memory', path: '/api/me' },
  { kind: 'lifeguard-sqlite', path: '/api/me' },
  { kind: 'express-session', path: '/api/me' },
  { kind: 'lifeguard-bearer', path: '/api/me' },
];
const ROUNDS = 5;
const REQUESTS = 4000;

const running = await Promise.all(JSON_CONTENDERS.map(start));
const perRequest = new Map<string, number[]>(running.map(({ kind }) => [kind, []]));
for (const contender of running) await measure(contender);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const contender of running) perRequest.get(contender.kind)!.push(await measure(contender));
}
for (const { child } of running) child.kill();

const base = median(perRequest.get('express')!);
console.log(
  `signed-in JSON (lifeguard-bearer: a token seen before), CPU per request, median of ${ROUNDS} rounds of ${REQUESTS}:`,
);
for (const [kind, values] of perRequest) {
  const value = median(values);
  console.log(
    `  ${kind.padEnd(18)} ${value.toFixed(0).padStart(5)} µs   ${(value / base).toFixed(2)} × bare Express`,
  );
}
console.log('');

await measurePoolsStart();

async function start(contender: Contender): Promise<Running> {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [contender.kind], {
    execArgv: ['--import', 'tsx'],
  });
  const [message] = (await once(child, 'message')) as [
    { url: string; headers: Record<string, string> },
  ];
  return { ...contender, ...message, child };
}

/** Microseconds of the server's CPU time per request. */
async function measure({ child, url, path, headers }: Running): Promise<number> {
  const before = await cpuTime(child);
  const { non2xx, errors } = await autocannon({
    url: url + path,
    connections: 10,
    amount: REQUESTS,
    headers,
  });
  if (non2xx + errors > 0) throw new Error(`${path}: ${non2xx} answers were not 2xx`);
  return ((await cpuTime(child)) - before) / REQUESTS;
}

async function cpuTime(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: number }];
  return cpu;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
