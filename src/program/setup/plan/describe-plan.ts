import type { EnvChange } from '../env/env-values.js';
import type { EnvFile } from '../env/env-file.js';
import type { Actual } from '../account/actual.js';
import { show } from '../account/resolve.js';
import { afterSignOut, type SetupInputs } from '../wanted/inputs.js';
import { domainOf } from '../wanted/resources.js';
import type { Plan } from './plan.js';
import type { Change, Step } from './step.js';

const signs = { create: '+', change: '~', adopt: '~', mark: '~' } as const;

/** A plan as the operator reads it before saying yes. No secret is in it. */
export function describePlan(plan: Plan, file: EnvFile, changes: readonly EnvChange[]): string {
  return [
    ...plan.kept.map(({ title }) => `  =  keep    ${title}`),
    ...plan.steps.flatMap((step) => [stepLine(step), ...step.changes.map(changeLine)]),
    ...describeFile(file, changes),
    ...describeRemovals([...plan.steps.map(withTitle), fileStep(file, changes)]),
    ...plan.notes.map((note) => `\nNote: ${note}`),
  ].join('\n');
}

/** One line for a step, as it is carried out. */
export const stepLine = ({ action, resource }: Step): string =>
  `  ${signs[action]}  ${action.padEnd(6)}  ${resource.title}`;

export const changeLine = ({ property, text }: Change): string =>
  `               ${property}: ${text}`;

/** A step by what it changes. */
export interface Titled {
  readonly title: string;
  readonly changes: readonly Change[];
}

export const withTitle = ({ resource: { title }, changes }: Step): Titled => ({ title, changes });

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

export const describeRemovals = (steps: readonly Titled[]): string[] =>
  section('Removals:', removalsOf(steps));

export const section = (heading: string, lines: readonly string[]): string[] =>
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

/** What its owner must register for the master pool's client there; nobody else can. */
export function registrationNote(inputs: SetupInputs, actual: Actual): string | undefined {
  const { upstream } = inputs;
  if (upstream === undefined) return undefined;
  const { issuer, clientId, endSessionEndpoint, poolDomain } = upstream;
  const redirectUri = show(domainOf('MasterPool', '/oauth2/idpresponse'), actual);
  if (poolDomain !== undefined) {
    return `At the user pool ${issuer} the app client ${clientId} needs the callback URL ${redirectUri} and the sign-out URL ${afterSignOut(inputs)}.`;
  }
  const needed = `At ${issuer} the client ${clientId} needs the redirect URI ${redirectUri}`;
  return endSessionEndpoint === undefined
    ? `${needed}. It announces no end_session_endpoint, or none that a browser may be sent to (https), so nobody can be signed out there by us.`
    : `${needed} and the post-logout redirect URI ${afterSignOut(inputs)}.`;
}
