import { readActual } from '../../../setup/account/read-actual.js';
import type { Actual } from '../../../setup/account/actual.js';
import type { CognitoApi } from '../../../setup/account/cognito-api.js';
import type { Adoption } from '../../../setup/account/ownership.js';
import { unknownProblems } from '../../../setup/account/sdk-model.js';
import type { EnvFile } from '../../../setup/env/env-file.js';
import { type EnvChange, envChanges, envNotes } from '../../../setup/env/env-values.js';
import {
  describePlan,
  fileStep,
  isFileChanged,
  registrationNote,
  removalsOf,
  withTitle,
} from '../../../setup/plan/describe-plan.js';
import { planFor } from '../../../setup/plan/plan.js';
import { type Desired, desiredFor } from '../../../setup/wanted/desired.js';
import type { SetupInputs } from '../../../setup/wanted/inputs.js';
import type { Proposed } from './agreement.js';
import { type SetupReport, withPlace } from './report.js';

/** What is to be done, from what exists. */
export interface Proposal extends Proposed {
  readonly inputs: SetupInputs;
  readonly desired: Desired;
  readonly adoption: Adoption;
  readonly before: Actual;
  readonly file: EnvFile;
  /** Of the file. */
  readonly changes: readonly EnvChange[];
}

/** Compares what is wanted with what exists, and shows it. */
export async function propose(
  api: CognitoApi,
  inputs: SetupInputs,
  adoption: Adoption,
  file: EnvFile,
  { say }: SetupReport,
): Promise<Proposal> {
  const { region } = api;
  const desired = desiredFor(inputs);
  const before = await readActual(api, desired.resources, adoption);
  const bare = planFor(desired.resources, before, adoption);
  const { steps, kept } = bare;
  const changes = envChanges(desired, before, file);
  const notes = [...bare.notes, ...envNotes(changes, before, file)].map((note) =>
    withPlace(note, api),
  );
  const removals = removalsOf([...steps.map(withTitle), fileStep(file, changes)]);

  say(`User pools for ${inputs.baseUrl}${inputs.basePath} in ${region}:\n`);
  say(describePlan({ ...bare, notes }, file, changes));
  sayRegistration(say, inputs, before);
  return {
    inputs,
    desired,
    adoption,
    before,
    file,
    changes,
    removals,
    isEmpty: steps.length === 0 && !isFileChanged(file, changes),
    problems: [
      ...bare.problems.map((problem) => withPlace(problem, api)),
      ...(steps.length > 0 ? unknownProblems(api) : []),
    ],
    outcome: {
      region,
      steps: steps.map(({ action, resource: { id, kind, title }, changes: each }) => ({
        action,
        id,
        kind,
        title,
        changes: each,
      })),
      kept: kept.map(({ title }) => title),
      removals,
      notes,
      file: { path: file.path, changes: changes.map(({ name, action }) => ({ name, action })) },
    },
  };
}

export function sayRegistration(
  say: SetupReport['say'],
  inputs: SetupInputs,
  actual: Actual,
): void {
  const note = registrationNote(inputs, actual);
  if (note !== undefined) say(`\nNote: ${note}`);
}
