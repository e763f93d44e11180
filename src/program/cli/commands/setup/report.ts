import { styleText } from 'node:util';
import type { CognitoApi } from '../../../setup/account/cognito-api.js';
import { writeDocument } from '../../surroundings/json-document.js';

/**
 * What a run of `setup` tells: people read lines while it works, a program one JSON document at its
 * end.
 */
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
  const show = (text: string): string => (hasColours ? paint(harmless(text)) : harmless(text));
  return { say: (text) => console.log(show(text)), end: () => {} };
}

/** Names in an account and in a backup are others' words, and no commands for a terminal. */
const harmless = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, '\uFFFD');

/** The sign at the beginning of a line says by its colour what happens. */
const paint = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      const sign = line.trimStart().charAt(0);
      return sign in colours && line.startsWith('  ')
        ? styleText(colours[sign as keyof typeof colours], line, { validateStream: false })
        : line;
    })
    .join('\n');

/**
 * The `aws` commands in a text, so that they go where this run went, whatever region the terminal
 * is set to.
 */
export const withPlace = (text: string, { region, endpointUrl }: CognitoApi): string =>
  text.replaceAll(/aws cognito-idp [a-z-]+/g, (command) =>
    [
      command,
      `--region ${region}`,
      ...(endpointUrl === undefined ? [] : [`--endpoint-url ${endpointUrl}`]),
    ].join(' '),
  );
