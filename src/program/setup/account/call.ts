import type { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { nameOf } from '../failure.js';

/** A user pool that exists is never updated: only its tags, which have calls of their own. */
type Operation =
  | 'createUserPool'
  | 'tagResource'
  | 'untagResource'
  | 'createUserPoolDomain'
  | 'createUserPoolClient'
  | 'updateUserPoolClient'
  | 'createIdentityProvider'
  | 'updateIdentityProvider'
  | 'createResourceServer'
  | 'updateResourceServer'
  | 'createManagedLoginBranding'
  | 'adminCreateUser';

/** One call to Cognito, whole. */
export type Call = {
  readonly [Each in Operation]: {
    readonly operation: Each;
    readonly input: Parameters<CognitoIdentityProvider[Each]>[0];
  };
}[Operation];

/** Makes a call whose answer tells nothing new. */
export async function send(cognito: CognitoIdentityProvider, call: Call): Promise<void> {
  const { operation, input } = call;
  await (cognito[operation] as (input: Call['input']) => Promise<unknown>).call(cognito, input);
}

/** What a description answers with, or `undefined` where there is none of that name. */
export async function unlessAbsent<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (['ResourceNotFoundException', 'UserNotFoundException'].includes(nameOf(error))) {
      return undefined;
    }
    throw error;
  }
}
