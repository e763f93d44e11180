import { execFile } from 'node:child_process';
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of one megabyte. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no room on it. */
  fill(): Promise<void>;
  /** Makes room again. */
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Makes one, where this user may mount; elsewhere, as unprivileged on a CI machine, files of this
 * process are limited in size, which the kernel answers much as it answers a full disk.
 */
export async function makeSmallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder]);
  } catch {
    return limitedFiles(folder);
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    async fill() {
      // Until the last byte: what does not fit is written as far as it goes.
      await writeFile(filler, Buffer.alloc(1024 * 1024)).catch(() => undefined);
    },
    empty: () => rm(filler),
    async remove() {
      // Lazily: SQLite lets go of its files when its statements are collected.
      await run('umount', ['-l', folder]);
      await rmdir(folder);
    },
  };
}

function limitedFiles(folder: string): SmallDisk {
  const limit = async (bytes: string): Promise<void> => {
    await run('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
  };
  return {
    folder,
    fill: () => limit('1'),
    empty: () => limit('unlimited'),
    remove: () => rm(folder, { recursive: true }),
  };
}
