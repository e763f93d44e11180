import type { Actual } from '../../../setup/account/actual.js';
import type { CognitoApi } from '../../../setup/account/cognito-api.js';
import { requireUnchanged, withVariables } from '../../../setup/env/env-file.js';
import { envChanges, envNotes } from '../../../setup/env/env-values.js';
import { requireWritable, writePrivateFile } from '../../../setup/env/private-file.js';
import { converge } from '../../../setup/plan/apply.js';
import { isFileChanged, stepLine } from '../../../setup/plan/describe-plan.js';
import {
  type Backup,
  backupOf,
  backupPath,
  withStepBegun,
  withStepDone,
  writeBackup,
} from '../../../setup/restore/backup.js';
import { type Proposal, sayRegistration } from './proposal.js';
import { type SetupReport, withPlace } from './report.js';

/**
 * Does what is proposed, and keeps a backup of what was there.
 *
 * @param place options by which another command goes to the same account
 */
export async function carryOut(
  api: CognitoApi,
  proposal: Proposal,
  place: string,
  { say, end }: SetupReport,
): Promise<void> {
  const { inputs, desired, before, file, changes: planned, outcome } = proposal;
  if (isFileChanged(file, planned)) await requireWritable(file.path);
  await requireUnchanged(
    file,
    'Nothing was changed; the same command shows what is to be done now.',
  );

  const now = new Date();
  const path = backupPath(now);
  const settings = { path: file.path, before: replacedBy(proposal) };
  const backup = backupOf(desired.resources, before, { region: api.region, now, settings });
  const after = await convergeKeeping(api, proposal, backup, path, say);

  const changes = envChanges(desired, after, file);
  if (isFileChanged(file, changes)) {
    await requireUnchanged(file, 'The user pools are done; the same command writes the file.');
    const values = changes.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value] as const],
    );
    await writePrivateFile(file.path, withVariables(file.text, new Map(values)));
    say(`  ${file.exists ? '~  change' : '+  create'}  ${file.path}`);
  }
  sayRegistration(say, inputs, after);
  for (const note of envNotes(changes, after, file)) say(`\nNote: ${withPlace(note, api)}`);
  sayMachines(say, after, api);
  say(`\nDone. "lifeguard setup --restore ${path}${place}" takes it back.`);
  end({ result: 'changed', backup: path, ...outcome });
}

/** What the settings file loses; secrets are in no backup. */
function replacedBy({ desired, file, changes }: Proposal): Record<string, string> {
  const secrets = desired.variables.filter(({ isSecret }) => isSecret).map(({ name }) => name);
  return Object.fromEntries(
    changes
      .filter(({ action }) => action === 'replace')
      .map(({ name }) => [name, secrets.includes(name) ? '' : (file.values[name] ?? '')]),
  );
}

/** Brings the account to what is wanted, and the backup up to date before and after each step. */
async function convergeKeeping(
  api: CognitoApi,
  { desired: { resources }, adoption, before }: Proposal,
  backup: Backup,
  path: string,
  say: SetupReport['say'],
): Promise<Actual> {
  let [kept, known] = [backup, before];
  const keep = (next: Backup): Promise<void> => {
    kept = next;
    return writeBackup(path, kept);
  };
  await keep(backup);
  say(`\nWhat is there now is kept in ${path}, without secrets.\n`);
  return converge(api, resources, adoption, before, {
    begins: async (step, actual) => {
      say(stepLine(step));
      await keep(withStepBegun(kept, step, actual));
    },
    ended: async (_step, actual) => {
      const next = withStepDone(kept, resources, known, actual);
      known = actual;
      await keep(next);
    },
    userCreated: (username, password) => {
      say(`\n  User      ${username}`);
      say(`  Password  ${password}`);
      say('  temporary, and shown only now: the second pool asks for a new one.\n');
    },
  });
}

function sayMachines(
  say: SetupReport['say'],
  { MachineClient, MasterPool }: Actual,
  api: CognitoApi,
): void {
  if (MachineClient === undefined) return;
  const command = `aws cognito-idp describe-user-pool-client --user-pool-id ${MasterPool?.Id} --client-id ${MachineClient.ClientId} --query UserPoolClient.ClientSecret --output text`;
  say(
    `\nMachines ask for tokens as client ${MachineClient.ClientId}. Its secret is in no file here: ${withPlace(command, api)}`,
  );
}
