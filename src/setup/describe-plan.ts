import type { EnvChange } from './env-values.js';
import type { EnvFile } from './env-file.js';
import type { Plan } from './plan.js';
import type { Step } from './step.js';

const signs = { create: '+', change: '~' } as const;

/** A plan as the operator reads it before saying yes. No secret is in it. */
export function describePlan(plan: Plan, file: EnvFile, changes: readonly EnvChange[]): string {
  return [
    ...plan.kept.map(({ title }) => `  =  keep    ${title}`),
    ...plan.steps.flatMap(describeStep),
    ...describeFile(file, changes),
    ...plan.notes.map((note) => `\nNote: ${note}`),
  ].join('\n');
}

/** One line for a step, as it is carried out. */
export const stepLine = ({ action, resource }: Step): string =>
  `  ${signs[action]}  ${action}  ${resource.title}`;

const describeStep = (step: Step): string[] => [
  stepLine(step),
  ...step.changes.map(({ property, text }) => `               ${property}: ${text}`),
];

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
