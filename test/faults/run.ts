import { parseArgs } from 'node:util';
import { endCommands } from '../program/cli/command.js';
import { withinTimeLimit } from '../../src/sessions/time-limits.js';
import type { Finding, Scenario } from './scenario.js';
import { scenarios } from './scenarios.js';
import { endPrograms } from './serve.js';

/*
 * Makes real faults with real processes, pools, Redis, nginx and disks, and counts what was lost.
 * `npm run test:faults` takes some ten minutes; name scenarios to run those alone, and `-- --quick`
 * for a tenth of the size.
 */

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const names = scenarios.map(({ name }) => name);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are:\n  ${names.join('\n  ')}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endAll();
    process.exit(1);
  });
}

const begun = performance.now();
let missed = 0;
for (const scenario of scenarios) {
  if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
  const since = performance.now();
  const findings = await runBounded(scenario);
  console.log(`${scenario.name} (${seconds(since)})`);
  for (const { isMet, done, seen, target } of findings) {
    if (!isMet) missed += 1;
    console.log(
      `  ${isMet ? 'ok    ' : 'MISSED'}  ${done}\n          ${seen}   (target: ${target})`,
    );
  }
}
console.log(
  missed === 0
    ? `All targets met, in ${seconds(begun)}.`
    : `${missed} MISSED, in ${seconds(begun)}.`,
);
process.exit(missed === 0 ? 0 : 1);

/** A scenario within its time; what it has begun is ended in any case. */
async function runBounded({ run, limitSeconds }: Scenario): Promise<Finding[]> {
  const cleanUps: (() => unknown)[] = [];
  const share = values.quick ? 0.1 : 1;
  try {
    const running = run(share, (cleanUp) => cleanUps.unshift(cleanUp));
    return await withinTimeLimit(running, limitSeconds * 1000);
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    const target = `done within ${limitSeconds} s`;
    return [{ done: 'nothing that could be counted', seen, target, isMet: false }];
  } finally {
    for (const cleanUp of cleanUps) await attempt(cleanUp);
    endAll();
  }
}

async function attempt(cleanUp: () => unknown): Promise<void> {
  try {
    await cleanUp();
  } catch (error) {
    console.error('Could not clean up:', error);
  }
}

function endAll(): void {
  endCommands();
  endPrograms();
}

function seconds(since: number): string {
  return `${Math.round((performance.now() - since) / 1000)} s`;
}
