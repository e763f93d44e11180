import { shellWord } from '../../config/shell-word.js';
import type { Actual } from '../account/actual.js';
import type { Call } from '../account/call.js';
import type { Adoption } from '../account/ownership.js';
import { withAll } from './differences.js';
import { planClient } from './plan-client.js';
import { planProvider } from './plan-federation.js';
import { planOwnership, unusedAdoptions } from './plan-ownership.js';
import { planDomain, planPool } from './plan-pool.js';
import type {
  Resource,
  ResourceServerResource,
  StyleResource,
  UserResource,
} from '../wanted/resources.js';
import { creation, type Outcome, type Step } from './step.js';
import { usernameIn } from '../account/read-actual.js';

/** The way from what exists to what is wanted. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Exist already, and are as they should be. */
  readonly kept: readonly Resource[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Compares what is wanted with what exists; looks at nothing else, so it can be made again after
 * each step. What exists and is not in our way stays as it is, and so does all that is not ours.
 */
export function planFor(resources: readonly Resource[], actual: Actual, adoption: Adoption): Plan {
  const outcomes = resources
    .filter((resource) => !isInForeignPool(resource, actual))
    .map((resource) => ({ resource, ...planOne(resource, actual) }));
  return {
    steps: outcomes.flatMap(({ steps }) => steps),
    kept: outcomes
      .filter(({ steps, problems }) => steps.length === 0 && problems.length === 0)
      .map(({ resource }) => resource),
    problems: [
      ...outcomes.flatMap(({ problems }) => problems),
      ...unusedAdoptions(actual, adoption),
    ],
    notes: outcomes.flatMap(({ notes }) => notes),
  };
}

/** Nothing is said of what would have to be in a pool that is not ours. */
const isInForeignPool = (resource: Resource, { owners }: Actual): boolean =>
  resource.kind !== 'user pool' && owners[resource.pool]?.ownership === 'foreign';

function planOne(resource: Resource, actual: Actual): Omit<Plan, 'kept'> {
  const ownership = planOwnership(resource, actual);
  const isForeign = ownership.problems !== undefined;
  const outcomes = [ownership, isForeign ? {} : planResource(resource, actual)];
  return {
    steps: outcomes.flatMap(({ step }) => step ?? []),
    problems: outcomes.flatMap(({ problems = [] }) => problems),
    notes: outcomes.flatMap(({ notes = [] }) => notes).filter((note) => note !== undefined),
  };
}

function planResource(resource: Resource, actual: Actual): Outcome {
  switch (resource.kind) {
    case 'user pool':
      return planPool(resource, actual);
    case 'domain':
      return planDomain(resource, actual);
    case 'app client':
      return planClient(resource, actual);
    case 'identity provider':
      return planProvider(resource, actual);
    case 'resource server':
      return planResourceServer(resource, actual);
    case 'style':
      return planStyle(resource, actual);
    case 'user':
      return planUser(resource, actual);
  }
}

function planResourceServer(resource: ResourceServerResource, actual: Actual): Outcome {
  const pool = actual[resource.pool];
  const found = actual.ResourceServer;
  const { Identifier, Name, Scopes = [] } = resource.properties;
  const names = found?.Scopes?.map(({ ScopeName }) => ScopeName);
  const missing = Scopes.filter(({ ScopeName }) => !names?.includes(ScopeName));
  if (missing.length === 0) return {};
  const was = found === undefined ? '' : ` (was ${(names ?? []).join(', ')})`;
  const added = missing.map(({ ScopeName }) => `+ ${ScopeName}`).join(', ');
  const changes = [{ property: 'Scopes', text: `${added}${was}` }];
  const ids = pool && { UserPoolId: pool.Id, Identifier };
  if (found === undefined) {
    const input = ids && { ...ids, Name, Scopes };
    return creation(resource, changes, input && { operation: 'createResourceServer', input });
  }
  const input = ids && { ...ids, Name: found.Name, Scopes: withAll(found.Scopes, missing) };
  const call = input && { operation: 'updateResourceServer' as const, input };
  return { step: { resource, action: 'change', changes, call } };
}

/** A style that exists is somebody's work, whatever it looks like. */
function planStyle(resource: StyleResource, actual: Actual): Outcome {
  const [pool, client] = [actual[resource.pool], actual[resource.client]];
  if (actual[resource.id] !== undefined) return {};
  const changes = [{ property: 'UseCognitoProvidedValues', text: "true (Cognito's own look)" }];
  const input = pool &&
    client && { UserPoolId: pool.Id, ClientId: client.ClientId, UseCognitoProvidedValues: true };
  return creation(resource, changes, input && { operation: 'createManagedLoginBranding', input });
}

function planUser(resource: UserResource, actual: Actual): Outcome {
  const pool = actual[resource.pool];
  const found = actual.FirstUser;
  const { title, properties } = resource;
  if (found !== undefined) {
    const isNew = found.status === 'FORCE_CHANGE_PASSWORD';
    const note = `The ${title} has not signed in yet. Should the temporary password be lost: aws cognito-idp admin-set-user-password --user-pool-id ${pool?.Id ?? ''} --username ${shellWord(properties.Username)} --password …`;
    return { notes: isNew ? [note] : [] };
  }
  const { email } = properties;
  const changes = [
    { property: 'email', text: `${email} (verified)` },
    { property: 'TemporaryPassword', text: '(made up, and shown once)' },
  ];
  const call: Call | undefined = pool && {
    operation: 'adminCreateUser',
    input: {
      UserPoolId: pool.Id,
      Username: usernameIn(pool, resource),
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
    },
  };
  return creation(resource, changes, call);
}
