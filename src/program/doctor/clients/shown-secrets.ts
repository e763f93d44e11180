import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import type { DoctorContext } from '../context/context.js';
import { ifAllowed, UserPoolsError } from '../context/user-pools.js';

/**
 * What AWS tells of the secrets of a client. It shows the one that the client was made with, for as
 * long as it is there, and none that was added since.
 */
export interface ShownSecrets {
  readonly shown: string | undefined;
  /** How many there are; `undefined` where nobody may ask. */
  readonly count: number | undefined;
}

/**
 * Whether the client has secrets and AWS shows none of them; where nobody may ask how many there
 * are, that is not known.
 */
export const isHidden = ({ shown, count = 0 }: ShownSecrets): boolean =>
  shown === undefined && count > 0;

/** Those of our own client; `undefined` where we may not look. */
export async function ownSecrets({
  settings: { issuer, clientId },
  userPools,
}: DoctorContext): Promise<ShownSecrets | undefined> {
  if (userPools === undefined || userPools instanceof UserPoolsError) return undefined;
  if (!isUserPool(issuer)) return undefined;
  const userPoolId = userPoolIdOf(issuer);
  return ifAllowed(async () => {
    const client = await userPools.client(userPoolId, clientId);
    const secrets = await userPools.clientSecrets(userPoolId, clientId);
    return client && { shown: client.ClientSecret, count: secrets?.length };
  });
}
