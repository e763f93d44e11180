import {
  chownSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { secretPlace } from '../../../src/program/rotation/secret-place.js';

afterEach(() => void vi.restoreAllMocks());

function fileWith(text: string, mode: number): string {
  const path = join(mkdtempSync(join(tmpdir(), 'lifeguard-place-')), 'secret');
  writeFileSync(path, text, { mode });
  return path;
}

it('is the file, behind a link too, which stays its owner’s and its group’s', async () => {
  const path = fileWith('old\n', 0o640);
  // Only root can give it to somebody else, and then it must stay theirs.
  if (process.getuid?.() === 0) chownSync(path, 4711, 4712);
  const { uid, gid } = statSync(path);
  const link = `${path}.link`;
  symlinkSync(path, link);
  const place = await secretPlace({ CLIENT_SECRET_FILE: link }, ['old']);
  expect([place.name, place.isReadAgain]).toEqual([link, true]);
  await place.write(['new', 'old']);
  expect(readFileSync(path, 'utf8')).toBe('new\nold\n');
  const { mode, ...after } = statSync(path);
  expect([mode & 0o777, after.uid, after.gid]).toEqual([0o640, uid, gid]);
});

it('is left to its owner, who alone can give it back to themselves', async () => {
  const path = fileWith('old\n', 0o600);
  vi.spyOn(process, 'getuid').mockReturnValue(statSync(path).uid + 1);
  await expect(secretPlace({ CLIENT_SECRET_FILE: path }, ['old'])).rejects.toThrow(
    'belongs to another user',
  );
});

it('must be there', async () => {
  const path = `${fileWith('old', 0o600)}.absent`;
  await expect(secretPlace({ CLIENT_SECRET_FILE: path }, ['old'])).rejects.toThrow(
    'cannot be read (ENOENT)',
  );
});
