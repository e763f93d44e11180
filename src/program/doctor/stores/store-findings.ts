import { ConfigError } from '../../../errors/config-error.js';
import { settingOf } from '../../config/library-words.js';
import { reasonOf, type StoreFaultReason } from '../../../sessions/store-fault.js';
import { type Finding, finding } from '../findings/finding.js';
import type { FindingCode } from '../findings/catalogue.js';
import type { StoreTrouble } from './store-kind.js';

/** What to do about each kind of fault, whatever the store. */
const advice: Readonly<Record<StoreFaultReason, readonly [FindingCode, string]>> = {
  full: ['store_full', 'Make room: on the disk of a file, in the memory of a server.'],
  read_only: [
    'store_read_only',
    'Name in SESSION_STORE what takes changes: of a replicated store the primary, not a reader; of a file one on a disk that is mounted for writing.',
  ],
  damaged: [
    'store_damaged',
    'Move it away and start the site anew: it makes a new one, and everybody signs in again.',
  ],
  io_error: ['store_damaged', 'Look at the disk: its own log says what is wrong with it.'],
  other_tables: [
    'store_foreign',
    'Name another file or folder in SESSION_STORE, one that belongs to Lifeguard alone.',
  ],
  without_log: [
    'store_without_log',
    'Keep the file on a disk of this machine, not on a network share; for several machines use Redis.',
  ],
  forgets: [
    'store_forgets',
    'Look at what is in front of it: a cache, or a proxy that spreads reads over servers that lag behind.',
  ],
  refused: ['store_right_missing', 'Give the user that runs the site the right to write there.'],
  file_gone: ['store_unreachable', 'Let the user that runs the site make and write the file.'],
  unreachable: ['store_unreachable', 'Start it, or correct its address in SESSION_STORE.'],
  timeout: ['store_unreachable', 'Start it, or correct its address in SESSION_STORE.'],
  unknown: ['store_unreachable', 'Correct SESSION_STORE, or what it names.'],
};

/** The finding for what a store said, by the word that readiness uses for it. */
export function storeFinding({ error, words }: StoreTrouble): Finding {
  const [code, text] = advice[reasonOf(error)];
  return finding(code, `The session store cannot be used: ${words}.`, text);
}

/** The driver's own words, out of whatever ours are around them. */
export function wordsOf(error: unknown): string {
  if (error instanceof ConfigError && error.cause === undefined) {
    return error.problems
      .map(({ option, problem }) => `${settingOf(option)} ${problem}`)
      .join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? wordsOf(error.cause) : error.message.replace(/\.$/, '');
}
