import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * Instrumented code of the build loads this first: a process that a test has started asks which mutant is under test, and says
 * which it reaches. Its environment is often its own, so what a test says of itself is found by the process that started it.
 */

globalThis.isMutant ??= createIsMutant(runningTest(process.ppid));

function createIsMutant(test) {
  const reached = new Set();
  return (id) => {
    if (test?.record !== undefined && !reached.has(id)) {
      // At once: many a test ends its process without warning.
      const line = { testPath: test.testPath, reached: [id] };
      appendFileSync(test.record, `${JSON.stringify(line)}\n`);
    }
    reached.add(id);
    return id === test?.mutant;
  };
}

/** The test that started this process, or one that started it in turn. */
function runningTest(pid) {
  if (!(pid > 1)) return undefined;
  const path = fileURLToPath(new URL(`running/${pid}.json`, import.meta.url));
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return runningTest(Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]));
}
