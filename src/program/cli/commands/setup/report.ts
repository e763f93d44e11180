import { styleText } from 'node:util';
import { writeDocument } from '../../json-document.js';

/** What a run of `setup` tells: people read lines while it works, a program one JSON document at its end. */
export interface SetupReport {
  /** A line for people; with `--json` on standard error. */
  readonly say: (text: string) => void;
  /** The outcome for a program, the first that is told; nothing for people. */
  readonly end: (outcome: SetupOutcome) => void;
}

interface SetupOutcome {
  readonly result: 'unchanged' | 'planned' | 'refused' | 'changed';
  readonly [detail: string]: unknown;
}

const colours = { '+': 'green', '~': 'yellow', '-': 'red' } as const;

export function openReport(isJson: boolean): SetupReport {
  if (isJson) {
    return { say: (text) => process.stderr.write(`${harmless(text)}\n`), end: writeDocument };
  }
  const hasColours = process.stdout.isTTY && process.stdout.hasColors();
  const shown = (text: string): string => (hasColours ? painted(harmless(text)) : harmless(text));
  return { say: (text) => console.log(shown(text)), end: () => {} };
}

/** Names in an account and in a backup are others' words, and no commands for a terminal. */
const harmless = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, '\uFFFD');

/** The sign at the beginning of a line says by its colour what happens. */
const painted = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      const sign = line.trimStart().charAt(0);
      return sign in colours && line.startsWith('  ')
        ? styleText(colours[sign as keyof typeof colours], line, { validateStream: false })
        : line;
    })
    .join('\n');
