import { startPools } from '../../../src/pools/index.js';

/* A process of its own, to be killed. Says where it listens. */
const pools = await startPools({
  seed: { pools: [] },
  keys: 'fixed',
  persist: process.argv[2] ?? '',
});
process.stdout.write(`${pools.url}\n`);
