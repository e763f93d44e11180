import type { Actual, FoundPool } from './actual.js';
import { withAll } from './differences.js';
import { planClient } from './plan-client.js';
import { planProvider } from './plan-federation.js';
import { planDomain, planPool } from './plan-pool.js';
import type { Resource, ResourceServerResource, UserResource } from './resources.js';
import type { Outcome, Step } from './step.js';
import { usernameIn } from './username.js';

/** The way from what exists to what is wanted. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Exist already, and are as they should be. */
  readonly kept: readonly Resource[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Compares what is wanted with what exists; looks at nothing else, so it can be made again after each step. What exists
 * and is not in our way stays as it is.
 */
export function planFor(resources: readonly Resource[], actual: Actual): Plan {
  const outcomes = resources.map((resource) => ({ resource, ...planOne(resource, actual) }));
  return {
    steps: outcomes.flatMap(({ step }) => step ?? []),
    kept: outcomes.filter(({ step }) => step === undefined).map(({ resource }) => resource),
    problems: outcomes.flatMap(({ problems }) => problems ?? []),
    notes: outcomes.flatMap(({ notes }) => notes ?? []),
  };
}

function planOne(resource: Resource, actual: Actual): Outcome {
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
  const changes = missing.map(({ ScopeName }) => ({
    property: 'Scopes',
    text: `+ ${Identifier}/${ScopeName}`,
  }));
  if (found === undefined) {
    const input = pool && { UserPoolId: pool.Id, Identifier, Name, Scopes };
    const call = input && { operation: 'createResourceServer' as const, input };
    return { step: { resource, action: 'create', changes, call } };
  }
  const input = pool && {
    UserPoolId: pool.Id,
    Identifier,
    Name: found.Name,
    Scopes: withAll(found.Scopes, missing),
  };
  const call = input && { operation: 'updateResourceServer' as const, input };
  return { step: { resource, action: 'change', changes, call } };
}

function planUser(resource: UserResource, actual: Actual): Outcome {
  const pool = actual[resource.pool];
  const found = actual.FirstUser;
  if (found !== undefined) return { notes: passwordNotes(resource, found.status, pool) };
  const { email } = resource.properties;
  const changes = [
    { property: 'email', text: `${email} (verified)` },
    { property: 'TemporaryPassword', text: '(made up, and shown once)' },
  ];
  const call = pool && {
    operation: 'adminCreateUser' as const,
    input: {
      UserPoolId: pool.Id,
      Username: usernameIn(pool, resource),
      MessageAction: 'SUPPRESS' as const,
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'email_verified', Value: 'true' },
      ],
    },
  };
  return { step: { resource, action: 'create', changes, call } };
}

const passwordNotes = (
  { title, properties }: UserResource,
  status: string,
  pool: FoundPool | undefined,
): string[] =>
  status === 'FORCE_CHANGE_PASSWORD'
    ? [
        `The ${title} has not signed in yet. Should the temporary password be lost: aws cognito-idp admin-set-user-password --user-pool-id ${pool?.Id ?? ''} --username ${properties.Username} --password …`,
      ]
    : [];
