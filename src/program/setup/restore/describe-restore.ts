import { changeLine, describeRemovals, section } from '../plan/describe-plan.js';
import type { RestorePlan } from './plan-restore.js';

/** What the way back to a backup is, as the operator reads it. */
export function describeRestore({ steps, left, impossible }: RestorePlan): string {
  return [
    ...steps.flatMap(({ title, changes }) => [restoreLine(title), ...changes.map(changeLine)]),
    ...describeRemovals(steps),
    ...section('Changed since, and left as it is (--overwrite-later-changes):', left),
    ...section('Cannot be put back:', impossible),
  ].join('\n');
}

export const restoreLine = (title: string): string => `  ~  restore  ${title}`;
