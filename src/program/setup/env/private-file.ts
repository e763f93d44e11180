import { randomBytes } from 'node:crypto';
import { open, rename, stat, unlink } from 'node:fs/promises';
import { nameOf, codeOf, SetupError } from '../failure.js';

/**
 * Looks whether the file can be written, before anything is done that it is to tell of.
 *
 * @throws {SetupError} when it cannot
 */
export async function requireWritable(path: string): Promise<void> {
  const draft = draftOf(path);
  try {
    await (await open(draft, 'wx', 0o600)).close();
    await unlink(draft);
  } catch (error) {
    throw unwritable(path, error);
  }
}

const draftOf = (path: string): string => `${path}.${randomBytes(4).toString('hex')}`;

const unwritable = (path: string, cause: unknown): SetupError =>
  new SetupError(`${path} cannot be written (${codeOf(cause) || nameOf(cause)}).`, { cause });

/**
 * Writes the file readable by its owner alone, and at once: whoever looks sees the old one or the
 * new one. Written by root, it stays its owner's.
 *
 * @param mode the owner's group may be let in too
 * @throws {SetupError} when it cannot be written; the old one is untouched
 */
export async function writePrivateFile(path: string, text: string, mode = 0o600): Promise<void> {
  const draft = draftOf(path);
  try {
    const before = await stat(path).catch(() => undefined);
    const file = await open(draft, 'wx', 0o600);
    try {
      if (before !== undefined && process.getuid?.() === 0)
        await file.chown(before.uid, before.gid);
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw unwritable(path, error);
  }
}
