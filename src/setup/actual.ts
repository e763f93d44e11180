import type {
  IdentityProviderType,
  ResourceServerType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { CognitoApi } from './cognito-api.js';
import { nameOf } from './patience.js';
import { usernameIn } from './username.js';
import type { ClientId, ClientResource, PoolId, PoolResource, Resource } from './resources.js';
import { readDomain } from './read-domain.js';
import { SetupError } from './setup-error.js';
import { TAG } from './tag.js';

/** A pool's domain, and what its discovery document says now that there is one. */
export interface FoundDomain {
  readonly name: string;
  /** 1 = classic pages, 2 = managed login. */
  readonly managedLoginVersion: number;
  readonly origin: string;
  readonly issuer: string;
}

interface FoundUser {
  readonly username: string;
  readonly status: string;
}

export type FoundPool = UserPoolType & { readonly Id: string };
export type FoundClient = UserPoolClientType & { readonly ClientId: string };

/** What exists, by our own ids. Absent: it does not exist. */
export type Actual = Partial<
  Record<PoolId, FoundPool> &
    Record<ClientId, FoundClient> & {
      MasterDomain: FoundDomain;
      UpstreamDomain: FoundDomain;
      IdentityProvider: IdentityProviderType;
      ResourceServer: ResourceServerType;
      FirstUser: FoundUser;
    }
>;

/**
 * Reads what exists of these resources, pools first.
 *
 * @throws {SetupError} when a name stands for several things
 */
export async function readActual(api: CognitoApi, resources: readonly Resource[]): Promise<Actual> {
  let actual: Actual = {};
  for (const resource of resources) actual = await reread(api, resource, actual);
  return actual;
}

/** What is known, with this one resource read again. */
export async function reread(api: CognitoApi, resource: Resource, known: Actual): Promise<Actual> {
  return { ...known, [resource.id]: await read(api, resource, known) };
}

async function read(
  api: CognitoApi,
  resource: Resource,
  known: Actual,
): Promise<Actual[Resource['id']]> {
  const { cognito } = api;
  if (resource.kind === 'user pool') return readPool(api, resource, known[resource.id]?.Id);
  const pool = known[resource.pool];
  if (pool === undefined) return undefined;
  const UserPoolId = pool.Id;

  switch (resource.kind) {
    case 'domain':
      return readDomain(api, pool);
    case 'app client':
      return readClient(api, resource, UserPoolId, known[resource.id]?.ClientId);
    case 'identity provider': {
      const { ProviderName } = resource.properties;
      const call = cognito.describeIdentityProvider({ UserPoolId, ProviderName });
      return (await unlessAbsent(call))?.IdentityProvider;
    }
    case 'resource server': {
      const { Identifier } = resource.properties;
      const call = cognito.describeResourceServer({ UserPoolId, Identifier });
      return (await unlessAbsent(call))?.ResourceServer;
    }
    case 'user': {
      const Username = usernameIn(pool, resource);
      const user = await unlessAbsent(cognito.adminGetUser({ UserPoolId, Username }));
      return user && { username: user.Username ?? Username, status: user.UserStatus ?? '' };
    }
  }
}

async function readPool(
  { cognito, sdk }: CognitoApi,
  { id, properties }: PoolResource,
  knownId: string | undefined,
): Promise<FoundPool | undefined> {
  const ids: string[] = [];
  if (knownId === undefined) {
    for await (const page of sdk.paginateListUserPools({ client: cognito }, { MaxResults: 60 })) {
      for (const { Id, Name } of page.UserPools ?? []) {
        if (Name === properties.PoolName && Id !== undefined) ids.push(Id);
      }
    }
  } else {
    ids.push(knownId);
  }
  const pools: FoundPool[] = [];
  for (const UserPoolId of ids) {
    const { UserPool } = await cognito.describeUserPool({ UserPoolId });
    pools.push({ ...UserPool, Id: UserPoolId });
  }
  const ours = pools.filter(({ UserPoolTags }) => UserPoolTags?.[TAG] === id);
  return theOnly(ours.length === 1 ? ours : pools, `user pools called ${properties.PoolName}`);
}

async function readClient(
  api: CognitoApi,
  resource: ClientResource,
  UserPoolId: string,
  knownId: string | undefined,
): Promise<FoundClient | undefined> {
  const ClientId = knownId ?? (await findClient(api, resource, UserPoolId));
  if (ClientId === undefined) return undefined;
  const { UserPoolClient } = await api.cognito.describeUserPoolClient({ UserPoolId, ClientId });
  return { ...UserPoolClient, ClientId };
}

async function findClient(
  { cognito, sdk }: CognitoApi,
  { properties }: ClientResource,
  UserPoolId: string,
): Promise<string | undefined> {
  const ids: string[] = [];
  const pages = sdk.paginateListUserPoolClients(
    { client: cognito },
    { UserPoolId, MaxResults: 60 },
  );
  for await (const { UserPoolClients = [] } of pages) {
    for (const { ClientId, ClientName } of UserPoolClients) {
      if (ClientName === properties.ClientName && ClientId !== undefined) ids.push(ClientId);
    }
  }
  return theOnly(ids, `app clients called ${properties.ClientName} in ${UserPoolId}`);
}

function theOnly<Thing extends string | FoundPool>(
  things: readonly Thing[],
  description: string,
): Thing | undefined {
  if (things.length < 2) return things[0];
  const ids = things.map((thing) => (typeof thing === 'string' ? thing : thing.Id));
  throw new SetupError(
    `There are ${things.length} ${description} (${ids.join(', ')}), and it is not clear which is meant: rename or delete the others, or choose other names.`,
  );
}

async function unlessAbsent<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (['ResourceNotFoundException', 'UserNotFoundException'].includes(nameOf(error))) {
      return undefined;
    }
    throw error;
  }
}
