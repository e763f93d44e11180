import type { z } from 'zod';

/** From a variable's text to the setting. */
export type Schema<Value> = z.ZodType<Value, string>;

/** One environment variable. README.md prints this table; a test compares the two. */
export interface Option<Value> {
  readonly name: string;
  /** A second name, where tools have agreed on one; the first counts if both are set. */
  readonly alias?: string;
  /** The library's option that it sets, where that is called otherwise than the setting is. */
  readonly sets?: string;
  readonly meaning: string;
  readonly unit?: string;
  /**
   * As one would write it; empty when nothing is meant by default, absent when it must be given.
   */
  readonly default?: string;
  /** May also come from the file that `NAME_FILE` names, and is never printed. */
  readonly isSecret?: true;
  readonly schema: Schema<Value>;
  /** What to do when it is missing or wrong. */
  readonly fix: string;
}

export type Options<Settings> = { readonly [Key in keyof Settings]: Option<Settings[Key]> };
