import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RequestHandler } from 'express';
import { awaitPasswords } from '../model/credentials/password.js';
import { SeedError } from '../seed/seed.js';

/** Where the state of the pools outlives them. */
export interface StateFile {
  /** Resolves when the file has at least what is true now. */
  save(): Promise<void>;
}

/**
 * Keeps a file equal to a text that changes. A change is on disk whole or not at all, whenever the
 * process ends: a new file is written, flushed and put in place of the old one. Whoever asks while
 * a write is under way shares the next.
 */
export function createStateFile(path: string, currentText: () => string): StateFile {
  let written: string | undefined;
  let underWay: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  async function write(): Promise<void> {
    await awaitPasswords();
    // From here on somebody who asks may have changed something this text does not have.
    next = undefined;
    const text = currentText();
    if (text === written) return;
    await replaceFile(path, text);
    written = text;
  }
  return {
    save: async () => {
      next ??= underWay.then(write);
      underWay = next.catch(() => undefined);
      return next;
    },
  };
}

/**
 * What an earlier run left; `undefined` when there was none.
 *
 * @throws {SeedError} when it cannot be read
 */
export async function readStateFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const problem = error instanceof Error ? error.message : String(error);
    throw new SeedError([{ path: '', problem }], path);
  }
}

/**
 * Holds each answer back until what it says is on disk. If it cannot be written the connection is
 * cut: nothing was acknowledged then.
 */
export function answerAfterSaving(
  stateFile: StateFile,
  onFailure: (error: unknown) => void,
): RequestHandler {
  return (request, response, next) => {
    if (changesNothing(request.path, request.get('x-amz-target') ?? '')) {
      next();
      return;
    }
    const end = response.end.bind(response) as (...parts: unknown[]) => typeof response;
    response.end = ((...parts: unknown[]) => {
      stateFile.save().then(
        () => end(...parts),
        (error: unknown) => {
          onFailure(error);
          response.destroy();
        },
      );
      return response;
    }) as typeof response.end;
    next();
  };
}

const changesNothing = (path: string, target: string): boolean =>
  target === ''
    ? /\/(\.well-known\/.+|oauth2\/userInfo|error|health|assets\/.+)$/.test(path)
    : /\.(Describe|List|AdminGet|AdminList|Get(?!TokensFromRefreshToken))/.test(target);

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  // Keys, secrets and hashes are in it.
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
