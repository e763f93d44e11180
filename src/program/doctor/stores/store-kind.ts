import type { Finding } from '../findings/finding.js';

/** Why a store cannot be used, as the driver said it. */
export interface StoreTrouble {
  readonly error: unknown;
  /** The driver's words. They never hold the URL, which may have a password in it. */
  readonly words: string;
}

/**
 * Where a store is tried out: where it will be used, or in a place beside it that is gone
 * afterwards.
 */
export interface TryingPlace {
  /** For `openSessionStore`. */
  readonly url: string;
  /** In a word or two, for the report. */
  readonly note?: string | undefined;
  readonly done?: () => void;
}

/**
 * What doctor knows of a kind of store beyond what every store tells of itself. A kind without an
 * entry is opened, tried out and judged by what went wrong all the same.
 */
export interface StoreKind {
  /** Looks before anything is opened: opening may make or change what is there. */
  readonly choosePlace?: (url: string) => Promise<TryingPlace | Finding>;
  /** Names the cause of trouble more closely; `undefined` where there is nothing to add. */
  readonly explain?: (url: string, trouble: StoreTrouble) => Promise<Finding | undefined>;
  /** Once everything works: is it fit to keep sessions? Notes go into the line of the check. */
  readonly lookFurther?: (
    url: string,
  ) => Promise<{ readonly findings: readonly Finding[]; readonly note?: string | undefined }>;
}
