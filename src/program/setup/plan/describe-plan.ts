import type { EnvChange } from '../env/env-values.js';
import type { EnvFile } from '../env/env-file.js';
import type { Plan } from './plan.js';
import type { RestorePlan } from '../restore/plan-restore.js';
import type { Change, Step } from './step.js';

const signs = { create: '+', change: '~', adopt: '~', mark: '~', restore: '~' } as const;

/** A plan as the operator reads it before saying yes. No secret is in it. */
export function describePlan(plan: Plan, file: EnvFile, changes: readonly EnvChange[]): string {
  return [
    ...plan.kept.map(({ title }) => `  =  keep    ${title}`),
    ...plan.steps.flatMap((step) => [stepLine(step), ...step.changes.map(changeLine)]),
    ...describeFile(file, changes),
    ...describeRemovals([...plan.steps.map(titled), fileStep(file, changes)]),
    ...plan.notes.map((note) => `\nNote: ${note}`),
  ].join('\n');
}

/** One line for a step, as it is carried out. */
export const stepLine = ({ action, resource }: Step): string =>
  `  ${signs[action]}  ${action.padEnd(6)}  ${resource.title}`;

const changeLine = ({ property, text }: Change): string => `               ${property}: ${text}`;

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

/** A step by what it changes. */
interface Titled {
  readonly title: string;
  readonly changes: readonly Change[];
}

export const titled = ({ resource: { title }, changes }: Step): Titled => ({ title, changes });

/** The changes of the settings file, as a step. */
export const fileStep = ({ path }: EnvFile, changes: readonly EnvChange[]): Titled => ({
  title: path,
  changes: changes.map(({ name, text, removal }) => ({ property: name, text, removal })),
});

/** Everything that is lost by these steps, in words. */
export const removalsOf = (steps: readonly Titled[]): string[] =>
  steps.flatMap(({ title, changes }) =>
    changes.flatMap(({ property, removal }) =>
      removal === undefined ? [] : [`${title}, ${property}: ${removal}`],
    ),
  );

const describeRemovals = (steps: readonly Titled[]): string[] =>
  section('Removals:', removalsOf(steps));

const section = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', heading, ...lines.map((line) => `  -  ${line}`)];

function describeFile(file: EnvFile, changes: readonly EnvChange[]): string[] {
  if (!isFileChanged(file, changes)) return [`  =  keep    ${file.path}`];
  return [
    file.exists ? `  ~  change  ${file.path}` : `  +  create  ${file.path}`,
    ...changes.map(({ action, name, text }) => `               ${action} ${name}: ${text}`),
    ...(file.isOpen ? ['               mode: readable by its owner alone'] : []),
  ];
}

/** Whether the file will be written. */
export const isFileChanged = (file: EnvFile, changes: readonly EnvChange[]): boolean =>
  changes.length > 0 || file.isOpen;
