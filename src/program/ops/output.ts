import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';

/*
 * Standard output and standard error, written so that nothing they are connected to can stop the
 * program: a full disk, a pipe that nobody reads or whose reader has gone, a terminal that is held.
 * What cannot be written in time is lost, and counted.
 *
 * pino's own destination does not do: on a pipe that is full and on a disk that is full it sleeps,
 * and tries again, on the only thread.
 */

/** Where lines go, in order; writing never waits and never throws. */
export interface Output {
  /** Takes whole lines, each with its line break. */
  write(lines: string): void;
  /** How many lines were lost until now. */
  linesLost(): number;
  /** Waits until all is written, but not for longer. */
  flush(limitMs: number): Promise<void>;
  /** Writes what it can at once: nothing else will run before the process ends. */
  flushSync(): void;
}

/** What may wait to be written, in characters: some thousand lines. */
const MOST_WAITING = 1024 * 1024;

/** As much as an idle pipe takes at once on Linux. */
const CHUNK = 64 * 1024;

/** Until a terminal that takes nothing is asked again. */
const RETRY_MS = 50;

type Done = (error: Error | null | undefined, written: number) => void;

/** Begins to write a chunk, and says later how much of it was written. */
type Send = (chunk: Buffer, done: Done) => void;

/**
 * Opens standard output (1) or standard error (2); once in a process for each.
 *
 * @param onRecovery called when lines were lost and writing works again, with how many
 */
export function openOutput(fd: 1 | 2, onRecovery: (lines: number) => void = () => {}): Output {
  const output = new BoundedOutput(sendTo(fd), onRecovery);
  process.once('exit', () => output.flushSync());
  return output;
}

class BoundedOutput implements Output {
  readonly #send: ReturnType<typeof sendTo>;
  readonly #onRecovery: (lines: number) => void;
  #waiting: string[] = [];
  #waitingLength = 0;
  #isWriting = false;
  #linesLost = 0;
  #linesToldOf = 0;
  /** The last line on a disk that was full is only half there: what follows begins on a new one. */
  #isTorn = false;
  #onIdle: (() => void)[] = [];

  constructor(send: ReturnType<typeof sendTo>, onRecovery: (lines: number) => void) {
    this.#send = send;
    this.#onRecovery = onRecovery;
  }

  write(lines: string): void {
    if (this.#waitingLength + lines.length > MOST_WAITING) {
      this.#linesLost += linesIn(lines);
      return;
    }
    this.#waiting.push(lines);
    this.#waitingLength += lines.length;
    if (!this.#isWriting) this.#writeNext();
  }

  linesLost(): number {
    return this.#linesLost;
  }

  async flush(limitMs: number): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#onIdle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  flushSync(): void {
    while (this.#waiting.length > 0) {
      const chunk = this.#take();
      try {
        this.#send.now(chunk);
      } catch {
        this.#linesLost += linesIn(chunk);
      }
    }
  }

  #writeNext(): void {
    if (this.#waiting.length === 0) {
      this.#isWriting = false;
      for (const idle of this.#onIdle.splice(0)) idle();
      return;
    }
    this.#isWriting = true;
    this.#sendAll(this.#take());
  }

  #sendAll(chunk: Buffer): void {
    this.#send.later(chunk, (error, written) => {
      const rest = chunk.subarray(written);
      if (written > 0) this.#isTorn = chunk[written - 1] !== LINE_BREAK;
      if (error) this.#linesLost += linesIn(rest);
      else if (rest.length > 0) return this.#sendAll(rest);
      else this.#tellOfLoss();
      this.#writeNext();
    });
  }

  /** Not while most is still waiting: the next line may be lost again. */
  #tellOfLoss(): void {
    const lines = this.#linesLost - this.#linesToldOf;
    if (lines === 0 || this.#waitingLength > MOST_WAITING / 2) return;
    this.#linesToldOf = this.#linesLost;
    this.#onRecovery(lines);
  }

  #take(): Buffer {
    let text = this.#isTorn ? '\n' : '';
    let count = 0;
    for (const lines of this.#waiting) {
      if (count > 0 && text.length + lines.length > CHUNK) break;
      text += lines;
      count += 1;
      this.#waitingLength -= lines.length;
    }
    this.#waiting.splice(0, count);
    return Buffer.from(text);
  }
}

const LINE_BREAK = 0x0a;

function linesIn(text: string | Buffer): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/**
 * `later` does not hold up the thread; `now` may be called at any time, and throws what went wrong.
 */
function sendTo(fd: 1 | 2): { later: Send; now: (chunk: Buffer) => void } {
  const kind = fstatSync(fd);
  return kind.isFIFO() || kind.isSocket() ? sendToStream(fd) : sendToFile(fd);
}

/**
 * A pipe or socket. Node's stream of it does not block: what does not fit waits in the stream, not
 * in the thread.
 */
function sendToStream(fd: 1 | 2): ReturnType<typeof sendTo> {
  const stream = fd === 1 ? process.stdout : process.stderr;
  // Each write tells of its own failure; without a listener the first would end the process.
  stream.on('error', () => {});
  return {
    later: (chunk, done) =>
      void stream.write(chunk, (error) => done(error, error ? 0 : chunk.length)),
    now: (chunk) => void stream.write(chunk),
  };
}

/** A file, terminal or device. A disk that hangs holds up a thread of the pool, not ours. */
function sendToFile(standard: 1 | 2): ReturnType<typeof sendTo> {
  const fd = openWithoutBlocking(standard);
  const later: Send = (chunk, done) =>
    write(fd, chunk, 0, chunk.length, null, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(later, RETRY_MS, chunk, done).unref();
      else done(error, written ?? 0);
    });
  return { later, now: (chunk) => void writeSync(fd, chunk) };
}

/**
 * A held terminal would block whoever writes to it, and so the thread that must end before the
 * process can.
 */
function openWithoutBlocking(fd: 1 | 2): number {
  if (!fstatSync(fd).isCharacterDevice()) return fd;
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/dev/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return fd;
  }
}

/**
 * Passes on what another process writes, whole lines at a time, so that those of two processes
 * never mix.
 */
export function forwardLines(from: Readable, to: Pick<Output, 'write'>): void {
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) to.write(rest + text.slice(0, end));
    rest = end > 0 ? text.slice(end) : rest + text;
  });
  from.once('end', () => {
    if (rest !== '') to.write(`${rest}\n`);
  });
}
