import type { Call } from '../account/call.js';
import type { Resource } from '../wanted/resources.js';

/** What a step changes; never a secret. */
export interface Change {
  readonly property: string;
  /** In words, with what was there before. */
  readonly text: string;
  /** What is lost by it, in words: taken out of a list, or overwritten and not to be read again. */
  readonly removal?: string | undefined;
}

export interface Step {
  readonly resource: Resource;
  readonly action: 'create' | 'change' | 'adopt' | 'mark';
  readonly changes: readonly Change[];
  /** Absent while something it names does not exist yet. */
  readonly call: Call | undefined;
}

/** What one resource needs. No step: it is as it should be. */
export interface Outcome {
  readonly step?: Step | undefined;
  /** What keeps us from going on. */
  readonly problems?: readonly string[];
  /** What the operator should know, and may do; `undefined` where there is nothing to say. */
  readonly notes?: readonly (string | undefined)[];
}

/** That a thing is to be made, and what of it a plan shows. */
export const creation = (
  resource: Resource,
  changes: readonly Change[],
  call: Call | undefined,
): Outcome => ({ step: { resource, action: 'create', changes, call } });
