import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { devNull } from 'node:os';

/** Settings and secrets are small. Some things that can be read have no end. */
const MOST_BYTES = 1_000_000;
/** What feeds a pipe opens it at once when it is read, or has it open. */
const WRITER_MS = 5000;

/**
 * Why something is not read to its end; the message completes a sentence that begins with its path.
 */
export class NoSmallFileError extends Error {
  override readonly name = 'NoSmallFileError';
  readonly fix: string;

  constructor(problem: string, fix: string) {
    super(problem);
    this.fix = fix;
  }
}

/**
 * Reads a file that people write, or a pipe, as of a secret manager and of `<(…)`.
 *
 * @throws {NoSmallFileError} for what would never end, or is no such file; the system's own error
 *   when it cannot be read
 */
export function readSmallFile(path: string): Buffer {
  const isPipe = requireReadable(path);
  // Else the opening of a pipe would wait for ever for somebody to write to it.
  const file = openSync(path, constants.O_RDONLY | (isPipe ? constants.O_NONBLOCK : 0));
  try {
    return readToEnd(file);
  } finally {
    closeSync(file);
  }
}

/** Whether it has its content for as long as it is there; a pipe is empty once it was read. */
export const canBeReadAgain = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;

/** @throws {NoSmallFileError} for what cannot be written anew in its place, as a file is */
export function requireRegularFile(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile() || stats.isDirectory()) return;
  throw new NoSmallFileError(
    'is a pipe or a device, and is to be written to',
    'name a file, or none for .env',
  );
}

/** @returns whether it is a pipe */
function requireReadable(path: string): boolean {
  const stats = statSync(path);
  const isNull = (): boolean => statSync(devNull, { throwIfNoEntry: false })?.rdev === stats.rdev;
  if ((stats.isCharacterDevice() && !isNull()) || stats.isBlockDevice() || stats.isSocket()) {
    throw new NoSmallFileError('is a device or a socket, and no file', 'name a file or a pipe');
  }
  return stats.isFIFO();
}

function readToEnd(file: number): Buffer {
  const buffer = Buffer.alloc(MOST_BYTES + 1);
  const deadline = fstatSync(file).isFIFO() ? performance.now() + WRITER_MS : 0;
  let size = 0;
  let isWritten = deadline === 0;
  for (;;) {
    const count = readSome(file, buffer, size);
    if (count === 0 && isWritten) return buffer.subarray(0, size);
    if (count !== 0) isWritten = true;
    size += count ?? 0;
    if (size > MOST_BYTES) {
      throw new NoSmallFileError('has more than 1 MB in it', 'see that it is the right file');
    }
    if (!isWritten && performance.now() > deadline) {
      const fix = 'see that what writes to it runs, or name a file';
      throw new NoSmallFileError('is a pipe that nobody writes to', fix);
    }
    if (count === undefined || count === 0) wait();
  }
}

/** @returns `undefined` while a pipe has a writer, and nothing in it */
function readSome(file: number, buffer: Buffer, size: number): number | undefined {
  try {
    return readSync(file, buffer, size, buffer.length - size, null);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4));
const wait = (): unknown => Atomics.wait(nobody, 0, 0, 20);
