/** One row of the table: what was done, and what came of it beside what should. */
export interface Finding {
  readonly done: string;
  readonly seen: string;
  readonly target: string;
  readonly isMet: boolean;
}

/** A fault made with real parts, and what is counted meanwhile. */
export interface Scenario {
  readonly name: string;
  /** One that has not ended by then has failed; a slow machine has more, as tests do. */
  readonly limitSeconds: number;
  /**
   * @param share of the full size: 1, or 0.1 in a hurry
   * @param later what to do when it is over, however it ends; last come, first done
   */
  readonly run: (share: number, later: Later) => Promise<Finding[]>;
}

/** Takes what is to be cleaned up. */
export type Later = (cleanUp: () => unknown) => void;

/** So many in this run, one at least. */
export const portion = (count: number, share: number): number =>
  Math.max(1, Math.round(count * share));
