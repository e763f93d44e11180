import type {
  UpdateIdentityProviderRequest,
  UpdateResourceServerRequest,
  UpdateUserPoolClientRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import { isChanged, textIn, type Backup, type BackupEntry, type Description } from './backup.js';
import { deletionOf } from './deletion.js';
import { differences, inWords, isSame } from '../plan/differences.js';
import { isMadeMark } from '../account/ownership.js';
import type { Call } from '../account/call.js';
import type { Change } from '../plan/step.js';

/** What puts one thing back. */
interface RestoreStep {
  readonly title: string;
  readonly changes: readonly Change[];
  readonly call: Call;
}

/** The way back to what a backup holds. */
export interface RestorePlan {
  readonly steps: readonly RestoreStep[];
  /** Members that somebody has changed since setup did; they stay. */
  readonly left: readonly string[];
  /** What cannot be put back, and what to do about it. */
  readonly impossible: readonly string[];
}

export interface Restoring {
  /** What exists now of the backup's resources, by our ids. */
  readonly current: Readonly<Record<string, Description>>;
  /** Members that an update of each kind can be told, by the SDK's model. */
  readonly updatable: Readonly<Record<'app client' | 'identity provider', readonly string[]>>;
  /** Also what others have changed since. */
  readonly isOverwriting: boolean;
}

/**
 * Takes back what setup has changed, and nothing else: a member is put back where it is still as
 * setup left it. What setup has made is not deleted, for people may be in it by now.
 */
export function planRestore({ resources, settings }: Backup, restoring: Restoring): RestorePlan {
  const plans = resources
    // A pool has tags that are about other things than itself.
    .filter((entry) => isChanged(entry) || entry.kind === 'user pool')
    // What needs another thing goes before it.
    .toReversed()
    .map((entry) => planEntry(entry, restoring));
  return {
    steps: plans.flatMap(({ steps }) => steps),
    left: plans.flatMap(({ left }) => left),
    impossible: [
      ...plans.flatMap(({ impossible }) => impossible),
      ...Object.entries(settings?.before ?? {}).map(
        ([name, value]) =>
          `${name} in ${settings?.path} ${value === '' ? 'was another, which is in no backup' : `was ${value}`}: set it by hand.`,
      ),
    ],
  };
}

function planEntry(entry: BackupEntry, restoring: Restoring): RestorePlan {
  const { id, title, before, after, secretsReplaced } = entry;
  const now = restoring.current[id];
  const stuck = (reason: string): RestorePlan => ({ steps: [], left: [], impossible: [reason] });
  if (before === undefined) {
    return now === undefined
      ? { steps: [], left: [], impossible: [] }
      : stuck(`The ${title} was made by setup and is not deleted. ${deletionOf(entry, now)}`);
  }
  if (now === undefined) return stuck(`The ${title} has been deleted since, and cannot come back.`);
  const undo = new Undo(title, { before, after: after ?? {}, now }, restoring.isOverwriting);
  return {
    steps: stepsOf(entry, undo, now, restoring),
    left: undo.left,
    impossible: [
      ...secretsReplaced.map(
        (member) => `${member} of the ${title}: the one before is in no backup, set it by hand.`,
      ),
      ...marksThatStay(entry, before, now),
    ],
  };
}

/**
 * By them the next run knows what is its own; somebody who does without all of that can do without
 * them.
 */
function marksThatStay(
  { kind, title }: BackupEntry,
  before: Description,
  now: Description,
): string[] {
  if (kind !== 'user pool') return [];
  const had = mapIn(before, 'UserPoolTags');
  const stay = Object.entries(mapIn(now, 'UserPoolTags'))
    .filter(([key, value]) => isMadeMark(key, String(value)) && !(key in had))
    .map(([key]) => key);
  if (stay.length === 0) return [];
  const command = `aws cognito-idp untag-resource --resource-arn ${textIn(now, 'Arn')} --tag-keys ${stay.join(' ')}`;
  return [
    `Tags of the ${title} that mark what setup has made in it, or was about to make, stay: ${stay.join(', ')}. When that is deleted: ${command}`,
  ];
}

function stepsOf(
  { kind, title }: BackupEntry,
  undo: Undo,
  now: Description,
  { updatable }: Restoring,
): RestoreStep[] {
  const step = (changes: readonly Change[], call: Call): RestoreStep[] =>
    changes.length === 0 ? [] : [{ title, changes, call }];
  switch (kind) {
    case 'user pool':
      return tagSteps(title, now, undo.map('UserPoolTags'));
    case 'app client': {
      const members = updatable['app client'].map((name) => [name, undo.member(name)] as const);
      const next = { ...now, ...Object.fromEntries(members) };
      const input = next as unknown as UpdateUserPoolClientRequest;
      return step(differences(now, next), { operation: 'updateUserPoolClient', input });
    }
    case 'identity provider': {
      const maps = ['ProviderDetails', 'AttributeMapping'];
      const members = updatable['identity provider'].map(
        (name) => [name, maps.includes(name) ? undo.map(name) : undo.member(name)] as const,
      );
      const next: Description = { ...now, ...Object.fromEntries(members) };
      const input = next as unknown as UpdateIdentityProviderRequest;
      const changes = maps.flatMap((name) => changesWithin(name, now[name], next[name]));
      return step(changes, { operation: 'updateIdentityProvider', input });
    }
    case 'resource server': {
      const next = { ...now, Scopes: undo.member('Scopes') };
      const input = next as unknown as UpdateResourceServerRequest;
      return step(differences(now, next), { operation: 'updateResourceServer', input });
    }
    // What has no update: it was made by setup, or it was never touched.
    case 'domain':
    case 'style':
    case 'user':
      return [];
  }
}

/** Members by three values each: as they were, as setup made them, as they are. */
class Undo {
  readonly left: string[] = [];
  readonly #title: string;
  readonly #values: Readonly<Record<'before' | 'after' | 'now', Description>>;
  readonly #isOverwriting: boolean;

  constructor(
    title: string,
    values: Readonly<Record<'before' | 'after' | 'now', Description>>,
    isOverwriting: boolean,
  ) {
    this.#title = title;
    this.#values = values;
    this.#isOverwriting = isOverwriting;
  }

  member(name: string): unknown {
    const { before, after, now } = this.#values;
    return this.#value(name, before[name], after[name], now[name]);
  }

  /** A map's members, each by itself. */
  map(name: string): Description {
    const { before, after, now } = this.#values;
    const [had, made, has] = [mapIn(before, name), mapIn(after, name), mapIn(now, name)];
    return Object.fromEntries(
      [...new Set([had, made, has].flatMap(Object.keys))]
        .map((key) => [key, this.#value(`${name}.${key}`, had[key], made[key], has[key])] as const)
        .filter(([, value]) => value !== undefined),
    );
  }

  #value(name: string, had: unknown, made: unknown, has: unknown): unknown {
    if (isSame(had, made) || isSame(has, had)) return has;
    if (isSame(has, made) || this.#isOverwriting) return had;
    this.left.push(
      `${name} of the ${this.#title}: setup made it ${inWords(made)}, it is ${inWords(has)} now, and was ${inWords(had)} before.`,
    );
    return has;
  }
}

const mapIn = (description: Description, name: string): Description =>
  (description[name] ?? {}) as Description;

/** Differences of a map; a member that the second lacks is one. */
function changesWithin(name: string, now: unknown = {}, next: unknown = {}): Change[] {
  const gone = Object.keys(now as object).map((key) => [key, undefined] as const);
  const whole = { ...Object.fromEntries(gone), ...(next as object) };
  return differences(now as object, whole).map((change) => ({
    ...change,
    property: `${name}.${change.property}`,
  }));
}

/** Marks of what setup has made there stay, as it does. */
function tagSteps(title: string, now: Description, restored: Description): RestoreStep[] {
  const tags = mapIn(now, 'UserPoolTags');
  const made = Object.entries(tags).filter(([key, value]) => isMadeMark(key, String(value)));
  const next = { ...restored, ...Object.fromEntries(made) } as Record<string, string>;
  const ResourceArn = textIn(now, 'Arn');
  const changes = changesWithin('UserPoolTags', tags, next);
  const TagKeys = Object.keys(tags).filter((key) => !(key in next));
  const Tags = Object.fromEntries(Object.entries(next).filter(([key, text]) => tags[key] !== text));
  const stepOf = (isGone: boolean, call: Call): RestoreStep[] => {
    const each = changes.filter(({ removal }) => (removal !== undefined) === isGone);
    return each.length === 0 ? [] : [{ title, changes: each, call }];
  };
  return [
    ...stepOf(true, { operation: 'untagResource', input: { ResourceArn, TagKeys } }),
    ...stepOf(false, { operation: 'tagResource', input: { ResourceArn, Tags } }),
  ];
}
