import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyProject } from '../support/project-copy.js';
import { defences, type Defence } from './defences.js';

/*
 * Takes away one defence at a time, found by its text, and looks whether a test goes red. A defence
 * that can be taken away without anybody noticing would one day be. `npm run test:defences` prints
 * a row for each; give numbers to try those alone.
 */

const wanted = process.argv.slice(2).map(Number);
const chosen = defences.filter((_, index) => wanted.length === 0 || wanted.includes(index + 1));
const copy = copyProject();
let unnoticed = 0;
try {
  for (const defence of chosen) {
    const verdict = await tryWithout(defence);
    if (verdict !== 'red') unnoticed += 1;
    const number = String(defences.indexOf(defence) + 1).padStart(2);
    console.log(`${number}  ${verdict.padEnd(14)}  ${defence.area}  ${defence.defence}`);
    console.log(`    ${defence.file} → ${defence.tests}`);
  }
} finally {
  copy.remove();
}
console.log(
  `${chosen.length - unnoticed} of ${chosen.length} defences have a test that goes red without them.`,
);
if (unnoticed > 0) process.exitCode = 1;

async function tryWithout({ file, find, replace, tests, name }: Defence): Promise<string> {
  const path = join(copy.folder, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2) return 'text not found';
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    const { code, output } = await copy.run(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        tests,
        '-t',
        escaped(name),
        '--bail=1',
        '--reporter=json',
      ],
      { limitMs: 180_000 },
    );
    const json = output.slice(output.indexOf('{"numTotalTestSuites"'));
    const failed = Number(/"numFailedTests":(\d+)/.exec(json)?.[1] ?? 0);
    if (failed > 0) return 'red';
    return code === 0 ? 'UNNOTICED' : 'NO TEST RAN';
  } finally {
    writeFileSync(path, text);
  }
}

/** Vitest reads the name as a pattern. */
function escaped(name: string): string {
  return name.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
