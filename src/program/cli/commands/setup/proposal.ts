import { readActual } from '../../../setup/account/read-actual.js';
import type { Actual } from '../../../setup/account/actual.js';
import type { CognitoApi } from '../../../setup/account/cognito-api.js';
import type { Adoption } from '../../../setup/account/ownership.js';
import { unknownProblem } from '../../../setup/account/sdk-model.js';
import type { EnvFile } from '../../../setup/env/env-file.js';
import { type EnvChange, envChanges, envNotes } from '../../../setup/env/env-values.js';
import { SetupError } from '../../../setup/failure.js';
import {
  describePlan,
  fileStep,
  isFileChanged,
  registrationNote,
  removalsOf,
  withTitle,
} from '../../../setup/plan/describe-plan.js';
import { type Plan, planFor } from '../../../setup/plan/plan.js';
import { type Desired, desiredFor } from '../../../setup/wanted/desired.js';
import type { SetupInputs } from '../../../setup/wanted/inputs.js';
import { type Agreement, requireAgreement } from './agreement.js';
import { type SetupReport, withPlace } from './report.js';

/** What is to be done, from what exists. */
export interface Proposal {
  readonly inputs: SetupInputs;
  readonly desired: Desired;
  readonly adoption: Adoption;
  readonly file: EnvFile;
  readonly before: Actual;
  readonly plan: Plan;
  /** Of the file. */
  readonly changes: readonly EnvChange[];
  /** All that is lost by it. */
  readonly removals: readonly string[];
}

export async function propose(
  api: CognitoApi,
  inputs: SetupInputs,
  adoption: Adoption,
  file: EnvFile,
): Promise<Proposal> {
  const desired = desiredFor(inputs);
  const before = await readActual(api, desired.resources, adoption);
  const bare = planFor(desired.resources, before, adoption);
  const changes = envChanges(desired, before, file);
  const unknown = bare.steps.length > 0 ? unknownProblem(api) : undefined;
  const plan = {
    ...bare,
    notes: [...bare.notes, ...envNotes(changes, before, file)].map((note) => withPlace(note, api)),
    problems: [
      ...bare.problems.map((problem) => withPlace(problem, api)),
      ...(unknown === undefined ? [] : [unknown]),
    ],
  };
  const removals = removalsOf([...plan.steps.map(withTitle), fileStep(file, changes)]);
  return { inputs, desired, adoption, file, before, plan, changes, removals };
}

/**
 * Shows a proposal, and asks.
 *
 * @returns whether it is to be carried out
 * @throws {SetupError} when the way is blocked, or nobody agrees
 */
export async function isApproved(
  { region }: CognitoApi,
  proposal: Proposal,
  options: Agreement & { readonly dryRun?: boolean | undefined },
  { say, end }: SetupReport,
): Promise<boolean> {
  const { inputs, file, before, plan, changes, removals } = proposal;
  const outcome = outcomeOf(region, proposal);
  say(`User pools for ${inputs.baseUrl}${inputs.basePath} in ${region}:\n`);
  say(describePlan(plan, file, changes));
  sayRegistration(say, inputs, before);
  if (plan.problems.length > 0) {
    end({ result: 'refused', problems: plan.problems, ...outcome });
    throw new SetupError(`\n${plan.problems.join('\n')}\nNothing was changed.`);
  }
  if (plan.steps.length === 0 && !isFileChanged(file, changes)) {
    say('\nNothing to change.');
    end({ result: 'unchanged', ...outcome });
    return false;
  }
  if (options.dryRun === true) {
    say('\nDry run: nothing was changed.');
    end({ result: 'planned', ...outcome });
    return false;
  }
  await requireAgreement(options, removals, (problem) =>
    end({ result: 'refused', problems: [problem], ...outcome }),
  );
  return true;
}

export function sayRegistration(
  say: SetupReport['say'],
  inputs: SetupInputs,
  actual: Actual,
): void {
  const note = registrationNote(inputs, actual);
  if (note !== undefined) say(`\nNote: ${note}`);
}

/** A proposal for a program. */
export const outcomeOf = (
  region: string,
  { plan, removals, file, changes }: Proposal,
): Readonly<Record<string, unknown>> => ({
  region,
  steps: plan.steps.map(({ action, resource: { id, kind, title }, changes: each }) => ({
    action,
    id,
    kind,
    title,
    changes: each,
  })),
  kept: plan.kept.map(({ title }) => title),
  removals,
  notes: plan.notes,
  file: { path: file.path, changes: changes.map(({ name, action }) => ({ name, action })) },
});
