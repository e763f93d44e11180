import type { TagResourceRequest } from '@aws-sdk/client-cognito-identity-provider';
import { reread } from '../account/read-actual.js';
import type { Actual } from '../account/actual.js';
import { type Adoption, isMarked, type Mark } from '../account/ownership.js';
import type { CognitoApi } from '../account/cognito-api.js';
import { isSame } from './differences.js';
import { explainFailure } from '../account/explain.js';
import { planFor } from './plan.js';
import { markCall } from './plan-ownership.js';
import type { Resource } from '../wanted/resources.js';
import { SetupError } from '../failure.js';
import { type Call, send } from '../account/call.js';
import type { Step } from './step.js';
import { temporaryPassword } from './temporary-password.js';
import { unknownProblems } from '../account/sdk-model.js';

/** Told what happens while it happens. */
export interface Progress {
  /** Told of what exists right before it. */
  begins(step: Step, actual: Actual): Promise<void>;
  /** What exists now that it is done. */
  ended(step: Step, actual: Actual): Promise<void>;
  /** The only time the password of a new user is to be seen. */
  userCreated(username: string, password: string): void;
}

/**
 * Carries out step after step until what exists is what is wanted. The plan is made anew after each
 * step from what then exists, so a run that was cut off anywhere is finished by the next. Before a
 * step its resource is read again: what others have changed since the plan was made either stays,
 * or stops the run.
 *
 * @returns what exists in the end
 * @throws {SetupError} in the operator's words; nothing that was done is undone
 */
export async function converge(
  api: CognitoApi,
  resources: readonly Resource[],
  adoption: Adoption,
  start: Actual,
  progress: Progress,
): Promise<Actual> {
  let actual = start;
  const done = new Set<string>();
  for (;;) {
    const shown = nextStep(resources, actual, adoption);
    if (shown === undefined) return actual;
    const { resource, action } = shown;
    const title = `${action} ${resource.title}`;
    try {
      actual = await reread(api, resource, actual, adoption);
    } catch (error) {
      throw explainFailure(error, { title, call: undefined });
    }
    const step = nextStep(resources, actual, adoption);
    if (step === undefined || !isSame(inPlan(step), inPlan(shown))) {
      throw new SetupError(
        `Stopped at: ${title}.\nSomebody has changed it since the plan was made. What was done stays; the same command shows what is to be done now.`,
      );
    }
    const { call } = step;
    if (call === undefined || done.has(`${action} ${resource.id}`)) {
      throw new SetupError(`The ${resource.title} is not as it should be although it was set.`);
    }
    done.add(`${action} ${resource.id}`);
    await progress.begins(step, actual);
    try {
      if (call.operation.startsWith('update')) refuseUnknown(api);
      actual = await carryOut(api, step, call, actual, progress);
      actual = await reread(api, resource, actual, adoption);
      await progress.ended(step, actual);
    } catch (error) {
      throw explainFailure(error, { title, call });
    }
  }
}

/** @throws {SetupError} when the way is blocked */
function nextStep(
  resources: readonly Resource[],
  actual: Actual,
  adoption: Adoption,
): Step | undefined {
  const { steps, problems } = planFor(resources, actual, adoption);
  if (problems.length > 0) throw new SetupError(problems.join('\n'));
  return steps[0];
}

/**
 * What of a step is in the plan; its call also has everything that stays, as it is at that moment.
 */
const inPlan = ({ resource, action, changes }: Step): unknown => [resource.id, action, changes];

/** What was described only now can have such members too. */
function refuseUnknown(api: CognitoApi): void {
  const [problem] = unknownProblems(api);
  if (problem !== undefined) throw new SetupError(problem);
}

/**
 * A step's call; and where the new has no tags of its own, the mark in those of its pool before and
 * after.
 */
async function carryOut(
  api: CognitoApi,
  { resource, action }: Step,
  call: Call,
  actual: Actual,
  progress: Progress,
): Promise<Actual> {
  if (action !== 'create' || resource.kind === 'user pool' || !isMarked(resource.id)) {
    return carryOutCall(api, resource, call, actual, progress);
  }
  const mark = async (known: Actual, text: Mark): Promise<Actual> =>
    carryOutCall(api, resource, markCall(known[resource.pool], resource, text), known, progress);
  const announced = await mark(actual, { kind: 'making', since: new Date() });
  const made = await carryOutCall(api, resource, call, announced, progress);
  return mark(made, { kind: 'made', name: nameOf(resource, made) });
}

/** By which a mark finds it again. */
function nameOf(resource: Resource, actual: Actual): string {
  if (resource.kind === 'identity provider') return resource.properties.ProviderName;
  if (resource.kind === 'resource server') return resource.properties.Identifier;
  return resource.kind === 'app client' ? (actual[resource.id]?.ClientId ?? '') : '';
}

/**
 * Makes the call. The answer to a creation is kept, because lists show what is new only after a
 * while.
 */
async function carryOutCall(
  { cognito }: CognitoApi,
  resource: Resource,
  call: Call,
  actual: Actual,
  progress: Progress,
): Promise<Actual> {
  switch (call.operation) {
    case 'createUserPool': {
      const { UserPool } = await cognito.createUserPool(call.input);
      return { ...actual, [resource.id]: UserPool };
    }
    case 'createUserPoolDomain': {
      await cognito.createUserPoolDomain(call.input);
      const poolId = resource.kind === 'domain' ? resource.pool : 'MasterPool';
      return { ...actual, [poolId]: { ...actual[poolId], Domain: call.input.Domain } };
    }
    case 'createUserPoolClient': {
      const { UserPoolClient } = await cognito.createUserPoolClient(call.input);
      return { ...actual, [resource.id]: UserPoolClient };
    }
    case 'adminCreateUser': {
      const password = temporaryPassword(actual.UpstreamPool?.Policies?.PasswordPolicy);
      await cognito.adminCreateUser({ ...call.input, TemporaryPassword: password });
      progress.userCreated(call.input.Username ?? '', password);
      return actual;
    }
    case 'tagResource':
      await cognito.tagResource(call.input);
      return withTags(actual, call.input);
    case 'untagResource':
    case 'updateUserPoolClient':
    case 'createIdentityProvider':
    case 'updateIdentityProvider':
    case 'createResourceServer':
    case 'updateResourceServer':
    case 'createManagedLoginBranding':
      await send(cognito, call);
      return actual;
  }
}

function withTags(actual: Actual, { ResourceArn, Tags }: TagResourceRequest): Actual {
  const pools = (['MasterPool', 'UpstreamPool'] as const).flatMap((id) => {
    const pool = actual[id];
    if (pool?.Arn !== ResourceArn) return [];
    return [[id, { ...pool, UserPoolTags: { ...pool?.UserPoolTags, ...Tags } }] as const];
  });
  return { ...actual, ...Object.fromEntries(pools) };
}
