import type { PoolSecret } from './pool-secrets.js';

/** What there is of a client's secrets. */
export interface Found {
  /** Where the site has them from, newest first; one or two. */
  readonly mine: readonly { readonly value: string; readonly isTaken: boolean }[];
  /** At Cognito, oldest first. */
  readonly pool: readonly PoolSecret[];
  /** The value Cognito shows: that of the oldest, if the client was made with it. */
  readonly shown: string | undefined;
}

/**
 * How far a rotation is. A run that was cut off anywhere left one of these, and the next goes on
 * from it.
 */
export type Situation =
  | { readonly next: 'begin' }
  /** The site has a newer one, which Cognito does not know yet. */
  | { readonly next: 'add' }
  /** Cognito knows both: the older is to go once nobody uses it. */
  | { readonly next: 'replace' }
  /** Only the site still has the older one. */
  | { readonly next: 'tidy' }
  /** It is not ours to go on: what to do. */
  | { readonly next: 'nothing'; readonly problem: string };

/**
 * @param place where the site has its secrets from, and `remove` the command that deletes one, for
 *   the advice
 */
export function situationOf(
  { mine, pool, shown }: Found,
  place: string,
  remove: (secret: PoolSecret | undefined) => string,
): Situation {
  const [newest, older] = mine;
  const [oldestThere, other] = pool;
  if (oldestThere === undefined) {
    return nothing('The app client is public: it has no secret, and none can be given to it.');
  }
  if (newest === undefined || !mine.some(({ isTaken }) => isTaken)) {
    return nothing(
      `What is in ${place} is no secret of the app client. "lifeguard doctor" says more; nothing was changed.`,
    );
  }
  if (other === undefined) {
    if (older === undefined) return { next: 'begin' };
    return { next: newest.isTaken ? 'tidy' : 'add' };
  }
  if (older === undefined) {
    // The one that is shown is the oldest there: if it is another than ours, ours was added, and
    // the rotation begun by hand.
    if (shown !== undefined && shown !== newest.value) return { next: 'replace' };
    const isOlder = shown === newest.value;
    return nothing(
      `The app client has two secrets, and ${place} has ${isOlder ? 'the older' : 'one'} of them. Nothing was changed, since the other was not made here.\n` +
        `If nobody uses it, delete it, and run this again:\n  ${remove(isOlder ? other : undefined)}\n` +
        `Else write it in front of the one in ${place}, with a line break between, and run this again.`,
    );
  }
  if (!newest.isTaken || !older.isTaken) {
    return nothing(
      `The app client has two secrets, and ${place} has two as well, of which it takes only the ${newest.isTaken ? 'first' : 'second'}. Nothing was changed.\n` +
        `Find out who uses the secret that is not in ${place}. If nobody does, delete it, and run this again:\n  ${remove(undefined)}`,
    );
  }
  if (shown === newest.value) {
    return nothing(
      `${place} has the older secret in front. Exchange the two, newest first, and run this again; nothing was changed.`,
    );
  }
  return { next: 'replace' };
}

const nothing = (problem: string): Situation => ({ next: 'nothing', problem });
