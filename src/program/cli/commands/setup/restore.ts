import { send } from '../../../setup/account/call.js';
import type { Backup } from '../../../setup/restore/backup.js';
import type { CognitoApi } from '../../../setup/account/cognito-api.js';
import {
  changeLine,
  describeRemovals,
  removalsOf,
  section,
} from '../../../setup/plan/describe-plan.js';
import { isSame } from '../../../setup/plan/differences.js';
import { explainFailure } from '../../../setup/account/explain.js';
import { planRestore, type RestorePlan } from '../../../setup/restore/plan-restore.js';
import { withPlace, type SetupReport } from './report.js';
import { readBackedUp } from '../../../setup/restore/read-backed-up.js';
import { memberNames, unknownProblems } from '../../../setup/account/sdk-model.js';
import { SetupError } from '../../../setup/failure.js';
import { type Agreement, isApproved } from './agreement.js';

interface RestoreOptions extends Agreement {
  readonly overwriteLaterChanges?: boolean;
}

/**
 * `lifeguard setup --restore FILE`: takes back what a run of setup has changed. Ends with 1 when
 * something of it cannot be put back.
 *
 * @throws {SetupError} when it cannot go on; the same command goes on from there
 */
export async function restore(
  api: CognitoApi,
  backup: Backup,
  options: RestoreOptions,
  { say, end }: SetupReport,
): Promise<void> {
  const planNow = async (): Promise<RestorePlan> =>
    planRestore(backup, {
      current: await readBackedUp(api, backup),
      updatable: {
        'app client': memberNames(api.sdk.UpdateUserPoolClientRequest$),
        'identity provider': memberNames(api.sdk.UpdateIdentityProviderRequest$),
      },
      isOverwriting: options.overwriteLaterChanges === true,
    });
  const bare = await planNow();
  const plan = { ...bare, impossible: bare.impossible.map((each) => withPlace(each, api)) };
  const { steps, left, impossible } = plan;
  const removals = removalsOf(steps);
  // A call has all of what it puts back, secrets too.
  const shown = steps.map(({ title, changes }) => ({ title, changes }));
  const outcome = { region: api.region, steps: shown, removals, left, impossible };

  say(`Back to what was kept at ${backup.madeAt}, in ${api.region}:\n`);
  say(describeRestore(plan));
  const proposed = {
    isEmpty: steps.length === 0,
    problems: steps.length > 0 ? unknownProblems(api) : [],
    removals,
    outcome,
  };
  if (await isApproved(proposed, options, { say, end })) {
    const { steps: now } = await planNow();
    if (!isSame(now, steps)) {
      throw new SetupError(
        'Somebody has changed it since the plan was made. Nothing was changed; the same command shows what is to be done now.',
      );
    }
    say('');
    for (const { title, call } of steps) {
      say(restoreLine(title));
      try {
        await send(api.cognito, call);
      } catch (error) {
        throw explainFailure(error, { title: `restore ${title}`, call });
      }
    }
    say('\nDone.');
    end({ result: 'changed', ...outcome });
  }
  if (impossible.length > 0) process.exitCode = 1;
}

/** What the way back to a backup is, as the operator reads it. */
function describeRestore({ steps, left, impossible }: RestorePlan): string {
  return [
    ...steps.flatMap(({ title, changes }) => [restoreLine(title), ...changes.map(changeLine)]),
    ...describeRemovals(steps),
    ...section('Changed since, and left as it is (--overwrite-later-changes):', left),
    ...section('Cannot be put back:', impossible),
  ].join('\n');
}

const restoreLine = (title: string): string => `  ~  restore  ${title}`;
