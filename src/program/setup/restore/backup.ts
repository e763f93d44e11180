import type { TagResourceRequest } from '@aws-sdk/client-cognito-identity-provider';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Actual } from '../account/actual.js';
import { isSame } from '../plan/differences.js';
import { writePrivateFile } from '../env/private-file.js';
import { codeOf, nameOf, SetupError } from '../failure.js';
import type { Resource } from '../wanted/resources.js';
import type { Step } from '../plan/step.js';

const WHAT = 'lifeguard setup backup';

export type Description = Readonly<Record<string, unknown>>;

export interface BackupEntry {
  readonly id: string;
  readonly kind: Resource['kind'];
  readonly title: string;
  /** Absent: it did not exist. */
  readonly before?: Description | undefined;
  /** As setup left it; absent: it did not exist then either. */
  readonly after?: Description | undefined;
  /** What Cognito was asked to make, while it is not known whether it did. */
  readonly begun?: Description | undefined;
  /** Secrets that setup put in the place of others, by their member. */
  readonly secretsReplaced: readonly string[];
}

/**
 * What `setup` read before its first change, and what it left behind: by it `--restore` tells its
 * changes from others'.
 */
export interface Backup {
  readonly what: typeof WHAT;
  readonly version: 1;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly region: string;
  /** What is left out here, and can therefore not be put back from here. */
  readonly secretsLeftOut: readonly string[];
  readonly resources: readonly BackupEntry[];
  /** What was replaced in the settings file; a secret is empty here. */
  readonly settings?: SettingsBefore | undefined;
}

interface SettingsBefore {
  readonly path: string;
  readonly before: Readonly<Record<string, string>>;
}

const KINDS = [
  'user pool',
  'domain',
  'app client',
  'identity provider',
  'resource server',
  'style',
  'user',
] as const satisfies readonly Resource['kind'][];

const anyDescription: z.ZodType<Description> = z.record(z.string(), z.unknown());

const backup: z.ZodType<Backup> = z.strictObject({
  what: z.literal(WHAT),
  version: z.literal(1),
  madeAt: z.string(),
  region: z.string(),
  secretsLeftOut: z.array(z.string()),
  settings: z
    .strictObject({ path: z.string(), before: z.record(z.string(), z.string()) })
    .optional(),
  resources: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(KINDS),
      title: z.string(),
      before: anyDescription.optional(),
      after: anyDescription.optional(),
      begun: anyDescription.optional(),
      secretsReplaced: z.array(z.string()),
    }),
  ),
});

/** What setup is about to change, as it is. */
export function backupOf(
  resources: readonly Resource[],
  actual: Actual,
  { region, now, settings }: { region: string; now: Date; settings: SettingsBefore },
): Backup {
  return {
    settings,
    what: WHAT,
    version: 1,
    madeAt: now.toISOString(),
    region,
    secretsLeftOut: resources.flatMap(({ id, title }) =>
      secretsOf(actual[id]).map(([name]) => `${name} of the ${title}`),
    ),
    resources: resources.map((resource): BackupEntry => {
      const found = describe(resource, actual);
      const { id, kind, title } = resource;
      return { id, kind, title, before: found, after: found, secretsReplaced: [] };
    }),
  };
}

/**
 * The backup with what a step is about to make of it: a run that is cut off before the answer comes
 * leaves a change behind all the same, and the way back must know it.
 *
 * @param actual as it was read for this step: what others have changed since the backup was made is
 *   no change of ours
 */
export function withStepBegun(kept: Backup, { resource, call }: Step, actual: Actual): Backup {
  if (call === undefined) return kept;
  if (call.operation === 'tagResource') return withTags(kept, call.input);
  const intended = withoutSecrets(call.input);
  const change = (entry: BackupEntry): Partial<BackupEntry> => {
    if (!call.operation.startsWith('update')) return { begun: intended };
    const before = isChanged(entry) ? entry.before : describe(resource, actual);
    return { before, after: { ...before, ...intended } };
  };
  return {
    ...kept,
    resources: kept.resources.map((entry) =>
      entry.id === resource.id ? { ...entry, ...change(entry) } : entry,
    ),
  };
}

function withTags(kept: Backup, { ResourceArn, Tags }: TagResourceRequest): Backup {
  const addTags = (after: Description): Description => ({
    ...after,
    UserPoolTags: { ...(after['UserPoolTags'] as object | undefined), ...Tags },
  });
  return {
    ...kept,
    resources: kept.resources.map((entry) => {
      const { after } = entry;
      const isTagged = after !== undefined && after['Arn'] === ResourceArn;
      return isTagged ? { ...entry, after: addTags(after) } : entry;
    }),
  };
}

/** The backup with what is there now, after a step. */
export function withStepDone(
  kept: Backup,
  resources: readonly Resource[],
  before: Actual,
  after: Actual,
): Backup {
  return {
    ...kept,
    resources: kept.resources.map((entry, index) => {
      const resource = resources[index]!;
      const { id } = resource;
      const [had, has] = [secretsOf(before[id]), new Map(secretsOf(after[id]))];
      const replaced = had.filter(([name, secret]) => has.has(name) && has.get(name) !== secret);
      return {
        ...entry,
        after: describe(resource, after),
        begun: undefined,
        secretsReplaced: [...entry.secretsReplaced, ...replaced.map(([name]) => name)],
      };
    }),
  };
}

/** As Cognito describes it and by what it is found again, without secrets. */
function describe(resource: Resource, actual: Actual): Description | undefined {
  const found = actual[resource.id];
  if (found === undefined) return undefined;
  const poolId = resource.kind === 'user pool' ? undefined : actual[resource.pool]?.Id;
  switch (resource.kind) {
    case 'domain':
      return { UserPoolId: poolId, Domain: actual[resource.id]?.name };
    case 'style':
      return { UserPoolId: poolId, ManagedLoginBrandingId: actual[resource.id]?.id };
    case 'user':
      return { UserPoolId: poolId, Username: actual.FirstUser?.username };
    case 'user pool':
    case 'app client':
    case 'identity provider':
    case 'resource server':
      return withoutSecrets(found);
  }
}

/** A client's own secret, and the one a provider is told. */
function secretsOf(found: unknown): [string, unknown][] {
  const { ClientSecret, ProviderDetails } = (found ?? {}) as Record<string, unknown>;
  const details = (ProviderDetails ?? {}) as Record<string, unknown>;
  return [
    ['ClientSecret', ClientSecret] as [string, unknown],
    ['ProviderDetails.client_secret', details['client_secret']] as [string, unknown],
  ].filter(([, value]) => value !== undefined);
}

function withoutSecrets(found: object): Description {
  const plain = anyDescription.parse(JSON.parse(JSON.stringify(found)));
  const { ClientSecret: _own, ProviderDetails, ...rest } = plain;
  if (ProviderDetails === undefined) return rest;
  const { client_secret: _told, ...details } = ProviderDetails as Record<string, unknown>;
  return { ...rest, ProviderDetails: details };
}

/** A file that nobody has, named by the time. */
export const backupPath = (now: Date): string =>
  `lifeguard-setup-backup-${now.toISOString().replaceAll(':', '-')}.json`;

/**
 * Writes the backup readable by its owner alone, whole or not at all.
 *
 * @throws {SetupError} when it cannot be written; then nothing may be changed
 */
export const writeBackup = (path: string, kept: Backup): Promise<void> =>
  writePrivateFile(path, `${JSON.stringify(kept, null, 2)}\n`);

/** @throws {SetupError} when it cannot be read, or is no backup of ours */
export async function readBackup(path: string): Promise<Backup> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = codeOf(cause) || nameOf(cause);
    throw new SetupError(`--restore: ${path} cannot be read (${reason}).`, { cause });
  });
  const refuse = (reason: string, cause?: unknown): never => {
    throw new SetupError(`--restore: ${path} ${reason}`, { cause });
  };
  let content: unknown;
  try {
    // Some editors put a mark at the beginning.
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    return refuse('is no backup, or a part of one: it is not JSON in UTF-8.', cause);
  }
  const result = backup.safeParse(content);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path: [member] }) => member);
  return wrong.includes('version') && !wrong.includes('what')
    ? refuse('was written by another version of lifeguard: restore with that one.', result.error)
    : refuse('is no backup that setup has written.', result.error);
}

/** Whether setup has changed it since the backup was made, or may have. */
export const isChanged = ({ before, after, begun }: BackupEntry): boolean =>
  begun !== undefined || !isSame(before, after);

/** A member of a description that is a name or an id. */
export function textIn(description: Description, name: string): string {
  const value = description[name];
  return typeof value === 'string' ? value : '';
}
