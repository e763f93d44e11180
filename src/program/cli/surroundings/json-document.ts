import { CommanderError } from 'commander';

let isWritten = false;

/** Writes the one document that a program which asked for JSON is given: the first that is told. */
export function writeDocument(document: object): void {
  if (!isWritten) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  isWritten = true;
}

/** By command, what it writes with `--json` when it could not do its work. */
const failures: Readonly<Record<string, (reason: string) => object>> = {
  doctor: (failure) => ({ exitCode: 1, checks: [], findings: [], failure }),
  setup: (problem) => ({ result: 'failed', problems: [problem] }),
};

/** A program reads standard output, also where the command line was wrong and no command began. */
export function writeFailure(command: string, error: unknown): void {
  const reason = (error instanceof Error ? error.message : String(error)).trim();
  const words = error instanceof CommanderError ? reason.replace(/^error: /, '') : reason;
  const failure = failures[command]?.(words);
  if (failure !== undefined) writeDocument(failure);
}
