import { accessSync, constants, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { pathOfFileUrl } from '../../../sessions/stores/open-session-store.js';
import { lookIntoSqliteFile, sqliteFileAt } from '../../../sessions/stores/sqlite/file.js';
import { reasonOf } from '../../../sessions/store-fault.js';
import { type Finding, finding } from '../findings/finding.js';
import { storeFinding, wordsOf } from './store-findings.js';
import type { StoreKind, StoreTrouble, TryingPlace } from './store-kind.js';

const fileOf = (url: string): string => sqliteFileAt(pathOfFileUrl(url));

/**
 * A SQLite file: one that is there is tried out itself; for one that is not, a file beside its
 * place, which is gone afterwards.
 */
export const sqlite: StoreKind = {
  async choosePlace(url) {
    const file = fileOf(url);
    if (!existsSync(file)) return besideItsPlace(file);
    try {
      if ((await lookIntoSqliteFile(file)) === 'other_version') return otherVersion(file);
    } catch (error) {
      return explainRefusal(file, { error, words: wordsOf(error) });
    }
    return { url };
  },
  explain: async (url, trouble) => explainRefusal(fileOf(url), trouble),
};

/** The file itself would belong to whoever runs doctor. */
function besideItsPlace(file: string): TryingPlace | Finding {
  let folder = dirname(file);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    const trial = mkdtempSync(join(folder, '.lifeguard-doctor-'));
    const done = (): void => rmSync(trial, { recursive: true, force: true });
    return { url: `file:${join(trial, 'sessions.db')}`, note: 'new', done };
  } catch (error) {
    const words = `it is to be made in ${folder}, and ${wordsOf(error)}`;
    return explainRefusal(join(folder, 'sessions.db'), { error, words });
  }
}

/** SQLite says much the same of a folder, a file and a disk; which of them it is can be seen. */
function explainRefusal(file: string, trouble: StoreTrouble): Finding {
  const general = storeFinding(trouble);
  const { code, what } = general;
  const text = `Let the user that runs the site (doctor ran as ${userInfo().username}) write there, or set SESSION_STORE to another place.`;
  const refusal = refusalOf(dirname(file)) ?? refusalOf(file);
  if (refusal !== undefined && code !== 'store_full') {
    const isDisk = reasonOf(refusal.error) === 'read_only';
    const why = isDisk
      ? `${refusal.path} is on a disk mounted for reading only.`
      : `This user may not write to ${refusal.path}${refusal.path === file ? '' : ', where SQLite keeps its log beside the database'}.`;
    return finding(isDisk ? 'store_read_only' : 'store_right_missing', `${what} ${why}`, text);
  }
  return code === 'store_unreachable'
    ? { ...general, fix: { text } }
    : { ...general, what: `${what} It is ${file}.` };
}

function refusalOf(path: string): { readonly path: string; readonly error: unknown } | undefined {
  try {
    if (existsSync(path)) accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return { path, error };
  }
}

const otherVersion = (file: string): Finding =>
  finding(
    'store_other_version',
    `${file} has the tables of another version of Lifeguard (it was last changed ${statSync(file).mtime.toISOString()}).`,
    'Nothing needs to be done if this version is to take over. While the other one still runs, give this one another file.',
  );
