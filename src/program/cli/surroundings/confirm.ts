import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { SetupError } from '../../setup/failure.js';

/** Asks a question; whatever is not "yes" or "y" is a no. */
export async function confirm(
  question: string,
  input?: Readable,
  output?: Writable,
): Promise<boolean> {
  const answer = await ask(`${question} (yes/no) `, input, output);
  return ['yes', 'y'].includes(answer.toLowerCase());
}

/**
 * Asks whoever is at the terminal.
 *
 * @param instead what to write where nobody is
 * @throws {SetupError} when nobody is there
 */
export async function askForAgreement(question: string, instead: string): Promise<boolean> {
  if (isSomebodyThere()) return confirm(`\n${question}`);
  throw new SetupError(`\nNobody is there to be asked: ${instead}.`);
}

/** Whether there is anybody to be asked. */
export const isSomebodyThere = (): boolean => process.stdin.isTTY && process.stdout.isTTY;

/** Asks for a line; nothing from a terminal that goes away. */
export async function ask(
  question: string,
  input: Readable = process.stdin,
  output: Writable = process.stdout,
): Promise<string> {
  const lines = createInterface({ input, output });
  try {
    // Without this a terminal that goes away would leave the question open for ever.
    const closed = new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''));
    });
    return (await Promise.race([lines.question(question), closed])).trim();
  } finally {
    lines.close();
  }
}
