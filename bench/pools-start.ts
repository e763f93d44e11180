import { startPools } from '../src/pools/index.js';

const STARTS = 20;

/**
 * How long a test waits for two joined pools: in process, with fixed keys, the import not counted.
 * Wall clock, because that is what is waited for; the first start of the process is shown apart
 * from the others.
 */
export async function measurePoolsStart(): Promise<void> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const before = performance.now();
    const pools = await startPools({ keys: 'fixed' });
    times.push(performance.now() - before);
    await pools.close();
  }
  const [first = 0, ...later] = times;
  const sorted = later.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  console.log('embedded pools, two joined, fixed keys (target < 50 ms)');
  console.log(`  first start ${first.toFixed(1)} ms`);
  console.log(`  later starts, median of ${later.length}: ${median.toFixed(1)} ms`);
  console.log(`  slowest later start ${(sorted.at(-1) ?? 0).toFixed(1)} ms`);
}
