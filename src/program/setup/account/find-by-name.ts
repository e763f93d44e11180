import type { CognitoApi } from './cognito-api.js';

/* Names of pools and of clients are not unique at Cognito: each of these may find several. */

/** Ids of the pools of this name. */
export async function poolsCalled({ cognito, sdk }: CognitoApi, name: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of sdk.paginateListUserPools({ client: cognito }, { MaxResults: 60 })) {
    for (const { Id, Name } of page.UserPools ?? []) {
      if (Name === name && Id !== undefined) ids.push(Id);
    }
  }
  return ids;
}

/** Ids of a pool's clients of this name. */
export async function clientsCalled(
  { cognito, sdk }: CognitoApi,
  UserPoolId: string,
  name: string,
): Promise<string[]> {
  const ids: string[] = [];
  const pages = sdk.paginateListUserPoolClients(
    { client: cognito },
    { UserPoolId, MaxResults: 60 },
  );
  for await (const { UserPoolClients = [] } of pages) {
    for (const { ClientId, ClientName } of UserPoolClients) {
      if (ClientName === name && ClientId !== undefined) ids.push(ClientId);
    }
  }
  return ids;
}
