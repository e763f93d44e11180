import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { copyProject, type ProjectCopy } from '../support/project-copy.js';
import { mutantsOf, type Mutant } from './operators.js';
import { instrument, sample } from './sample.js';

/*
 * Breaks one small thing of the code at a time and looks whether a test goes red.
 * `npm run test:mutants -- relying-party tokens` draws from these folders of `src`. The suite runs
 * once to learn which tests reach which mutant; each mutant then meets only those, the quickest
 * first, until one goes red.
 */

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    /** No new mutant is begun after so many minutes. */
    minutes: { type: 'string', default: '30' },
    /** How many mutants are tried side by side. */
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** How many test files a mutant meets at most. */
    files: { type: 'string', default: '32' },
    /**
     * Only these mutants, in this order, by the numbers of an earlier run with the same seed, count
     * and code.
     */
    only: { type: 'string' },
    /**
     * A file that keeps which tests reach which mutant, for a later run with the same seed, count
     * and code: it learns nothing anew.
     */
    learned: { type: 'string' },
    /**
     * Only test files whose path has one of these texts in it, e.g. those written for the survivors
     * of an earlier run.
     */
    tests: { type: 'string', default: '' },
  },
});
if (folders.length === 0) {
  console.error('Name one folder of src or more, e.g. npm run test:mutants -- tokens sessions');
  process.exit(2);
}

const VITEST = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config',
  'test/mutants/vitest.config.ts',
  '--root',
  '.',
];
/**
 * A try that hangs is a kill: it may take what its tests took with no mutant active four times
 * over, and this besides.
 */
const PATIENCE_MS = 60_000;

const testFilters = values.tests.split(',').filter(Boolean);

type Result = 'killed' | 'survived' | 'not reached' | 'not tried';

const startedAt = Date.now();
const copy = copyProject();
const record = join(copy.folder, 'reached.jsonl');
try {
  const chosen = sample(readMutants(copy), Number(values.count), Number(values.seed));
  await instrumentCopy(copy, chosen);
  console.log(`${chosen.length} mutants in ${folders.join(', ')}. Which tests reach them?`);
  const learned = await knownOrLearned(copy);
  const results = await tryAll(copy, chosen, learned);
  report(chosen, results);
} finally {
  copy.remove();
}

function readMutants({ folder }: ProjectCopy): Mutant[] {
  return folders.flatMap((part) => {
    const path = join(folder, 'src', part);
    const isFolder = existsSync(path) && statSync(path).isDirectory();
    const files = isFolder
      ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) =>
          join('src', part, file),
        )
      : [join('src', part)];
    return files
      .filter((file) => file.endsWith('.ts'))
      .toSorted()
      .flatMap((file) => mutantsOf(file, readFileSync(join(folder, file), 'utf8')));
  });
}

async function instrumentCopy(project: ProjectCopy, chosen: readonly Mutant[]): Promise<void> {
  const files = new Set(chosen.map((mutant) => mutant.file));
  for (const file of files) {
    const mine = [...chosen.entries()].filter(([, mutant]) => mutant.file === file);
    const path = join(project.folder, file);
    writeFileSync(path, instrument(readFileSync(path, 'utf8'), new Map(mine)));
  }
  // The compiler dislikes some of what it reads now, and writes it all the same.
  await project.run(process.execPath, ['scripts/build.mjs']);
  const inCommand = pathToFileURL(join(project.folder, 'test/mutants/in-command.mjs')).href;
  for (const file of files) {
    const path = join(project.folder, file.replace('src', 'dist').replace(/ts$/, 'js'));
    appendFileSync(path, `\nimport '${inCommand}';\n`);
  }
}

/** What the suite says of itself with no mutant active. */
interface Learned {
  /** The test files that reach a mutant, by its number. */
  readonly testsOf: ReadonlyMap<number, string[]>;
  /** How long a test file took, in milliseconds. */
  readonly took: ReadonlyMap<string, number>;
}

async function knownOrLearned(project: ProjectCopy): Promise<Learned> {
  const path = values.learned;
  if (path !== undefined && existsSync(path)) {
    const { testsOf, took } = JSON.parse(readFileSync(path, 'utf8')) as {
      testsOf: [number, string[]][];
      took: [string, number][];
    };
    return { testsOf: new Map(testsOf), took: new Map(took) };
  }
  const learned = await learn(project);
  const kept = { testsOf: [...learned.testsOf], took: [...learned.took] };
  if (path !== undefined) writeFileSync(path, JSON.stringify(kept));
  return learned;
}

async function learn(project: ProjectCopy): Promise<Learned> {
  const times = join(project.folder, 'times.json');
  writeFileSync(record, '');
  // Some tests run a command as another user.
  chmodSync(record, 0o666);
  const { output } = await project.run(
    process.execPath,
    [...VITEST, '--reporter=json', `--outputFile=${times}`, ...testFilters],
    { environment: { MUTANT_RECORD: record }, limitMs: 3_600_000 },
  );
  if (!existsSync(times)) throw new Error(`the tests did not run:\n${output}`);
  const { testResults } = JSON.parse(readFileSync(times, 'utf8')) as {
    testResults: {
      name: string;
      status: string;
      startTime: number;
      endTime: number;
      message: string;
      assertionResults: { failureMessages: string[] }[];
    }[];
  };
  const took = new Map<string, number>();
  for (const { name, status, startTime, endTime, message, assertionResults } of testResults) {
    const file = relative(project.folder, name);
    if (status === 'passed') {
      took.set(file, endTime - startTime);
      continue;
    }
    const [why] = [...assertionResults.flatMap(({ failureMessages }) => failureMessages), message];
    console.log(`  red without any mutant, and left out: ${file}: ${why?.split('\n')[0]}`);
  }
  if (took.size < 0.9 * testResults.length) throw new Error('the instrumented code does not work');
  const testsOf = new Map<number, Set<string>>();
  for (const line of readFileSync(record, 'utf8').split('\n').filter(Boolean)) {
    const { testPath, reached } = JSON.parse(line) as { testPath: string; reached: number[] };
    const file = relative(project.folder, testPath);
    if (!took.has(file)) continue;
    for (const id of reached) testsOf.set(id, (testsOf.get(id) ?? new Set()).add(file));
  }
  return { testsOf: new Map([...testsOf].map(([id, files]) => [id, [...files]])), took };
}

async function tryAll(
  project: ProjectCopy,
  chosen: readonly Mutant[],
  learned: Learned,
): Promise<Result[]> {
  const results: Result[] = chosen.map(() => 'not tried');
  const only = values.only?.split(',').map(Number);
  const waiting = only ?? [...chosen.keys()];
  const worker = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (Date.now() - startedAt > Number(values.minutes) * 60_000) return;
      const result = await tryOne(project, id, chosen, learned);
      results[id] = result;
      if (result !== 'killed') console.log(`  ${result}: ${inWords(id, chosen[id]!)}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  return results;
}

async function tryOne(
  project: ProjectCopy,
  id: number,
  chosen: readonly Mutant[],
  { testsOf, took }: Learned,
): Promise<Result> {
  const files = candidates(id, chosen, { testsOf, took }).slice(0, Number(values.files));
  if (files.length === 0) return 'not reached';
  for (const batch of [files.slice(0, 4), files.slice(4, 12), files.slice(12)]) {
    if (batch.length === 0) continue;
    const usual = batch.reduce((sum, test) => sum + took.get(test)!, 0);
    const { code } = await project.run(
      process.execPath,
      [...VITEST, '--bail=1', '--maxWorkers=1', ...batch],
      { environment: { MUTANT: String(id) }, limitMs: PATIENCE_MS + 4 * usual },
    );
    if (code !== 0) return 'killed';
  }
  return 'survived';
}

/**
 * The test files that reach a mutant: those first whose names have most in common with what was
 * changed and its file, then the quickest. Code that runs while its file is loaded is reached once
 * for all test files of a process: for it any test may tell.
 */
function candidates(id: number, chosen: readonly Mutant[], { testsOf, took }: Learned): string[] {
  const { file, original, isOfLoading } = chosen[id]!;
  const own = new Set(testsOf.get(id));
  const quickestFirst = [...took.keys()].toSorted((a, b) => took.get(a)! - took.get(b)!);
  const reaching = quickestFirst.filter((test) => isOfLoading || own.has(test));
  const changed = wordsOf(original);
  const ofFile = wordsOf(basename(file, '.ts'));
  const common = (test: string): number => {
    const words = wordsOf(basename(test, '.test.ts'));
    const shared = (others: ReadonlySet<string>): number =>
      [...words].filter((word) => others.has(word)).length;
    return 2 * shared(ofFile) + shared(changed) + (own.has(test) ? 1 : 0);
  };
  return reaching.toSorted((a, b) => common(b) - common(a));
}

/**
 * The words of a name or of code, without plurals: `createTellStrayError` has `stray` in it, and so
 * has `stray-errors`.
 */
function wordsOf(text: string): ReadonlySet<string> {
  const parts =
    text
      .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[a-z]+/g) ?? [];
  return new Set(parts.filter((part) => part.length > 3).map((part) => part.replace(/s$/, '')));
}

function inWords(id: number, { file, line, fault, original }: Mutant): string {
  const text = original.replaceAll(/\s+/g, ' ').slice(0, 90);
  return `#${id} ${file}:${line} ${fault}: ${text}`;
}

function report(chosen: readonly Mutant[], results: readonly Result[]): void {
  const byFolder = new Map<string, Record<Result, number>>();
  for (const [id, result] of results.entries()) {
    const folder = chosen[id]!.file.split('/')[1]!;
    const counts = byFolder.get(folder) ?? {
      killed: 0,
      survived: 0,
      'not reached': 0,
      'not tried': 0,
    };
    counts[result] += 1;
    byFolder.set(folder, counts);
  }
  const all = { killed: 0, survived: 0, 'not reached': 0, 'not tried': 0 };
  for (const [folder, counts] of byFolder) {
    for (const result of Object.keys(all) as Result[]) all[result] += counts[result];
    console.log(row(folder, counts));
  }
  console.log(row('together', all));
}

function row(name: string, counts: Record<Result, number>): string {
  const tried = counts.killed + counts.survived + counts['not reached'];
  const score = tried === 0 ? '–' : `${((counts.killed / tried) * 100).toFixed(1)} %`;
  const rest = `${counts.survived} survived, ${counts['not reached']} not reached`;
  const untried = counts['not tried'] === 0 ? '' : `, ${counts['not tried']} not tried`;
  return `${name.padEnd(16)} ${score.padStart(8)}  of ${tried}: ${rest}${untried}`;
}
