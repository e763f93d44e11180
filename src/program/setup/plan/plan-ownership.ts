import type { Actual, FoundPool } from '../account/actual.js';
import {
  type Adoption,
  isMarked,
  markKey,
  markText,
  type Mark,
  type Owner,
} from '../account/ownership.js';
import { TAG, type Resource } from '../wanted/resources.js';
import type { Call } from '../account/call.js';
import type { Outcome } from './step.js';

const options = {
  'user pool': { flag: '--adopt-pool', list: 'pools' },
  'app client': { flag: '--adopt-client', list: 'clients' },
  'identity provider': { flag: '--adopt-provider', list: 'providers' },
  'resource server': { flag: '--adopt-resource-server', list: 'resourceServers' },
} as const satisfies Partial<Record<Resource['kind'], { flag: string; list: keyof Adoption }>>;

const isAdoptable = (kind: Resource['kind']): kind is keyof typeof options =>
  Object.hasOwn(options, kind);

/**
 * What must be settled before a thing that exists may be touched: nothing where it is ours by its
 * mark; a mark where it is given to us just now, or where a run was cut off before it wrote one;
 * else it is a problem, and stays as it is.
 */
export function planOwnership(resource: Resource, actual: Actual): Outcome {
  const { id, kind } = resource;
  const owner = id in actual.owners ? actual.owners[id as keyof typeof actual.owners] : undefined;
  if (owner === undefined || !isAdoptable(kind)) return {};
  switch (owner.ownership) {
    case 'made':
    case 'adopted':
      return {};
    case 'foreign':
      return { problems: [foreign(resource, owner, options[kind].flag, actual)] };
    case 'named':
    case 'unmarked': {
      const action = owner.ownership === 'named' ? 'adopt' : 'mark';
      const { key, text, before, call } = markOf(resource, owner, actual);
      const changes = [
        { property: `UserPoolTags.${key}`, text: `${before ?? '(nothing)'} -> ${text}` },
      ];
      return { step: { resource, action, changes, call } };
    }
  }
}

interface MarkToWrite {
  readonly key: string;
  readonly text: string;
  readonly before: string | undefined;
  readonly call: Call;
}

function markOf(resource: Resource, owner: Owner, actual: Actual): MarkToWrite {
  const { id } = resource;
  const poolId = resource.kind === 'user pool' ? resource.id : resource.pool;
  const pool = actual[poolId];
  const isPool = !isMarked(id);
  const kind = owner.ownership === 'named' ? 'adopted' : 'made';
  const key = isPool ? TAG : markKey(id);
  const text = isPool ? id : markText({ kind, name: owner.name });
  return { key, text, before: pool?.UserPoolTags?.[key], call: tagCall(pool, key, text) };
}

const tagCall = (pool: FoundPool | undefined, key: string, text: string): Call => ({
  operation: 'tagResource',
  input: { ResourceArn: pool?.Arn, Tags: { [key]: text } },
});

/** The tag that says what a thing of a pool is to us. */
export const markCall = (pool: FoundPool | undefined, resource: Resource, mark: Mark): Call => {
  if (!isMarked(resource.id)) throw new Error(`${resource.id} has no mark`);
  return tagCall(pool, markKey(resource.id), markText(mark));
};

function foreign(
  { title, kind, id }: Resource,
  { candidates }: Owner,
  flag: string,
  actual: Actual,
): string {
  const role = kind === 'user pool' ? actual[id as 'MasterPool']?.UserPoolTags?.[TAG] : undefined;
  if (role !== undefined && role !== id && candidates.length === 1) {
    return `The ${title} (${candidates[0]}) has another part in a set-up already (${role}): choose another name.`;
  }
  const which = candidates.length === 1 ? 'It' : `There are ${candidates.length}, and one of them`;
  const adopt = candidates.map((name) => `${flag} ${name}`).join(' or ');
  return `The ${title} exists and was not made by setup, so it is left alone. ${which} can be given to setup with ${adopt}; else choose another name.`;
}

/** Options that give what nobody asked for: a slip of the pen must not pass in silence. */
export function unusedAdoptions(actual: Actual, adoption: Adoption): string[] {
  const used = new Set(Object.values(actual.owners).map(({ name }) => name));
  return Object.values(options).flatMap(({ flag, list }) =>
    adoption[list]
      .filter((name) => !used.has(name))
      .map((name) => `${flag} ${name}: there is none of this name that this set-up has a use for.`),
  );
}
