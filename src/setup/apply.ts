import type { Actual } from './actual.js';
import { reread } from './actual.js';
import type { CognitoApi } from './cognito-api.js';
import { explained } from './explain.js';
import { planFor } from './plan.js';
import type { Resource } from './resources.js';
import { SetupError } from './setup-error.js';
import type { Call, Step } from './step.js';
import { temporaryPassword } from './temporary-password.js';

/** Told what happens while it happens. */
export interface Progress {
  begins(step: Step): void;
  /** The only time the password of a new user is to be seen. */
  userCreated(username: string, password: string): void;
}

/**
 * Carries out step after step until what exists is what is wanted. The plan is made anew after each step from what
 * then exists, so a run that was cut off anywhere is finished by the next.
 *
 * @returns what exists in the end
 * @throws {SetupError} in the operator's words; nothing that was done is undone
 */
export async function converge(
  api: CognitoApi,
  resources: readonly Resource[],
  start: Actual,
  progress: Progress,
): Promise<Actual> {
  let actual = start;
  const done = new Set<string>();
  for (;;) {
    const { steps, problems } = planFor(resources, actual);
    if (problems.length > 0) throw new SetupError(problems.join('\n'));
    const [step] = steps;
    if (step === undefined) return actual;
    const { resource, action, call } = step;
    if (call === undefined || done.has(`${action} ${resource.id}`)) {
      throw new SetupError(`The ${resource.title} is not as it should be although it was set.`);
    }
    done.add(`${action} ${resource.id}`);
    progress.begins(step);
    try {
      actual = await carryOut(api, resource, call, actual, progress);
      actual = await reread(api, resource, actual);
    } catch (error) {
      throw explained(error, step);
    }
  }
}

/** Makes the call. The answer to a creation is kept, because lists show what is new only after a while. */
async function carryOut(
  { cognito }: CognitoApi,
  resource: Resource,
  { operation, input }: Call,
  actual: Actual,
  progress: Progress,
): Promise<Actual> {
  switch (operation) {
    case 'createUserPool': {
      const { UserPool } = await cognito.createUserPool(input);
      return { ...actual, [resource.id]: UserPool };
    }
    case 'createUserPoolDomain': {
      await cognito.createUserPoolDomain(input);
      const poolId = resource.kind === 'domain' ? resource.pool : 'MasterPool';
      return { ...actual, [poolId]: { ...actual[poolId], Domain: input.Domain } };
    }
    case 'createUserPoolClient': {
      const { UserPoolClient } = await cognito.createUserPoolClient(input);
      return { ...actual, [resource.id]: UserPoolClient };
    }
    case 'adminCreateUser': {
      const password = temporaryPassword(actual.UpstreamPool?.Policies?.PasswordPolicy);
      await cognito.adminCreateUser({ ...input, TemporaryPassword: password });
      progress.userCreated(input.Username ?? '', password);
      return actual;
    }
    case 'updateUserPool':
      await cognito.updateUserPool(input);
      return actual;
    case 'updateUserPoolClient':
      await cognito.updateUserPoolClient(input);
      return actual;
    case 'createIdentityProvider':
      await cognito.createIdentityProvider(input);
      return actual;
    case 'updateIdentityProvider':
      await cognito.updateIdentityProvider(input);
      return actual;
    case 'createResourceServer':
      await cognito.createResourceServer(input);
      return actual;
    case 'updateResourceServer':
      await cognito.updateResourceServer(input);
      return actual;
  }
}
