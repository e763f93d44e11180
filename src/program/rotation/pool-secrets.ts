import type { CognitoApi } from '../setup/account/cognito-api.js';
import { SetupError } from '../setup/failure.js';

/** A secret of our client as Cognito lists it, without its value. */
export interface PoolSecret {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Which client this is about. */
export interface ClientOfPool {
  readonly UserPoolId: string;
  readonly ClientId: string;
}

/** The secrets of a client, oldest first; none of a public one. */
export async function listSecrets(
  { cognito }: Pick<CognitoApi, 'cognito'>,
  client: ClientOfPool,
): Promise<PoolSecret[]> {
  const { ClientSecrets = [] } = await cognito.listUserPoolClientSecrets(client);
  return ClientSecrets.map(({ ClientSecretId, ClientSecretCreateDate }) => {
    if (ClientSecretId === undefined || ClientSecretCreateDate === undefined) {
      throw new SetupError('AWS lists a secret without its id or its date: nothing was changed.');
    }
    return { id: ClientSecretId, createdAt: ClientSecretCreateDate.getTime() };
  }).toSorted((one, other) => one.createdAt - other.createdAt);
}

/** The secret a client was made with, as long as it has that; AWS shows no other. */
export async function shownSecret(
  { cognito }: Pick<CognitoApi, 'cognito'>,
  client: ClientOfPool,
): Promise<string | undefined> {
  return (await cognito.describeUserPoolClient(client)).UserPoolClient?.ClientSecret;
}
