import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';

/** Asks a question; whatever is not "yes" or "y" is a no. */
export async function confirm(
  question: string,
  input: Readable,
  output: Writable,
): Promise<boolean> {
  const lines = createInterface({ input, output });
  try {
    // Without this a terminal that goes away would leave the question open for ever.
    const closed = new Promise<string>((resolve) => {
      lines.once('close', () => resolve(''));
    });
    const answer = await Promise.race([lines.question(`${question} (yes/no) `), closed]);
    return ['yes', 'y'].includes(answer.trim().toLowerCase());
  } finally {
    lines.close();
  }
}
