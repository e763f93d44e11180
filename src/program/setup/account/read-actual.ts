import type { ManagedLoginBrandingType } from '@aws-sdk/client-cognito-identity-provider';
import {
  type ClientResource,
  type PoolResource,
  type Resource,
  TAG,
  type UserResource,
} from '../wanted/resources.js';
import type { Actual, ClientSecretState, FoundClient, FoundPool } from './actual.js';
import { unlessAbsent } from './call.js';
import type { CognitoApi } from './cognito-api.js';
import { clientsCalled, poolsCalled } from './find-by-name.js';
import { type Adoption, type Owner, ownerOf, type Ownership, readMark } from './ownership.js';
import { readAddress } from './read-address.js';

type Found = Actual[Resource['id']];

/** Reads what exists of these resources, pools first. */
export async function readActual(
  api: CognitoApi,
  resources: readonly Resource[],
  adoption: Adoption,
): Promise<Actual> {
  let actual: Actual = { owners: {}, issuers: {}, secrets: {}, styled: {} };
  for (const resource of resources) actual = await reread(api, resource, actual, adoption);
  return actual;
}

/** What is known, with this one resource read again. */
export async function reread(
  api: CognitoApi,
  resource: Resource,
  known: Actual,
  adoption: Adoption,
): Promise<Actual> {
  const { found, owner, issuer, secret, isStyled } = await read(api, resource, known, adoption);
  const issuers =
    resource.kind === 'domain' ? { ...known.issuers, [resource.pool]: issuer } : known.issuers;
  return {
    ...known,
    owners: withNews(known.owners, resource, owner),
    issuers,
    secrets: withNews(known.secrets, resource, secret),
    styled: withNews(known.styled, resource, isStyled),
    [resource.id]: found,
  };
}

const withNews = <Known extends object>(known: Known, { id }: Resource, news: unknown): Known =>
  news === undefined ? known : { ...known, [id]: news };

interface Reading {
  readonly found: Found;
  /** Of those that can be somebody else's, if it exists. */
  readonly owner?: Owner | undefined;
  /** Of the pool, where its domain is looked for: both are in its discovery document. */
  readonly issuer?: string | undefined;
  readonly secret?: ClientSecretState | undefined;
  readonly isStyled?: boolean | undefined;
}

async function read(
  api: CognitoApi,
  resource: Resource,
  known: Actual,
  adoption: Adoption,
): Promise<Reading> {
  const { cognito } = api;
  if (resource.kind === 'user pool') return readPool(api, resource, known, adoption);
  const pool = known[resource.pool];
  if (pool === undefined) return { found: undefined };
  const UserPoolId = pool.Id;

  switch (resource.kind) {
    case 'domain':
      return readAddress(api, pool);
    case 'app client': {
      const reading = await readClient(api, resource, pool, adoption);
      if (reading.found === undefined) return reading;
      const { ClientId } = reading.found;
      const domain = resource.pool === 'MasterPool' ? known.MasterDomain : known.UpstreamDomain;
      const secret = await readSecretState(api, UserPoolId, reading.found);
      if (domain?.managedLoginVersion !== 2) return { ...reading, secret };
      const style = await readStyle(api, { UserPoolId, ClientId });
      return { ...reading, secret, isStyled: style !== undefined };
    }
    case 'identity provider': {
      const { ProviderName } = resource.properties;
      const call = cognito.describeIdentityProvider({ UserPoolId, ProviderName });
      const found = (await unlessAbsent(call))?.IdentityProvider;
      const times = { createdAt: found?.CreationDate, isNamed: adoption.providers };
      return { found, owner: found && ownerOf(pool, resource.id, ProviderName, times) };
    }
    case 'resource server': {
      const { Identifier } = resource.properties;
      const call = cognito.describeResourceServer({ UserPoolId, Identifier });
      const found = (await unlessAbsent(call))?.ResourceServer;
      const times = { createdAt: undefined, isNamed: adoption.resourceServers };
      return { found, owner: found && ownerOf(pool, resource.id, Identifier, times) };
    }
    case 'style': {
      const ClientId = known[resource.client]?.ClientId;
      if (ClientId === undefined) return { found: undefined };
      const style = await readStyle(api, { UserPoolId, ClientId });
      return { found: style && { id: style.ManagedLoginBrandingId ?? '' } };
    }
    case 'user': {
      const Username = usernameIn(pool, resource);
      const user = await unlessAbsent(cognito.adminGetUser({ UserPoolId, Username }));
      return {
        found: user && { username: user.Username ?? Username, status: user.UserStatus ?? '' },
      };
    }
  }
}

/**
 * Among pools of the name: the one with our tag, else the one that is given to us; else it is
 * somebody else's.
 */
async function readPool(
  api: CognitoApi,
  { id, properties }: PoolResource,
  known: Actual,
  adoption: Adoption,
): Promise<Reading> {
  const knownId = known[id]?.Id;
  const ids = knownId === undefined ? await poolsCalled(api, properties.PoolName) : [knownId];
  const pools: FoundPool[] = [];
  for (const UserPoolId of ids) {
    const { UserPool } = await api.cognito.describeUserPool({ UserPoolId });
    pools.push({ ...UserPool, Id: UserPoolId });
  }
  const ours = pools.filter(({ UserPoolTags }) => UserPoolTags?.[TAG] === id);
  const named = pools.filter(
    ({ Id, UserPoolTags }) => adoption.pools.includes(Id) && UserPoolTags?.[TAG] === undefined,
  );
  const candidates = pools.map((pool) => pool.Id);
  const ownerAs = (ownership: Ownership, found: FoundPool): Reading => ({
    found,
    owner: { ownership, name: found.Id, candidates },
  });
  if (ours.length === 1) return ownerAs('made', ours[0]!);
  if (named.length === 1) return ownerAs('named', named[0]!);
  return pools.length > 0 ? ownerAs('foreign', pools[0]!) : { found: undefined };
}

/**
 * The client that is given to us, else the one that the pool's tags call ours, else one of the
 * name.
 */
async function readClient(
  api: CognitoApi,
  resource: ClientResource,
  pool: FoundPool,
  adoption: Adoption,
): Promise<Reading & { readonly found: FoundClient | undefined }> {
  const { cognito } = api;
  const UserPoolId = pool.Id;
  const describe = async (ClientId: string): Promise<FoundClient | undefined> => {
    const call = cognito.describeUserPoolClient({ UserPoolId, ClientId });
    const client = (await unlessAbsent(call))?.UserPoolClient;
    return client && { ...client, ClientId };
  };
  const mark = readMark(pool.UserPoolTags, resource.id);
  const marked = mark === undefined || mark.kind === 'making' ? [] : [mark.name];
  const ownerAmong = (candidates: readonly string[], found: FoundClient): Owner => {
    const times = { createdAt: found.CreationDate, isNamed: adoption.clients };
    const owner = ownerOf(pool, resource.id, found.ClientId, times);
    const isClear = candidates.length === 1;
    return { ...owner, ...(!isClear && { ownership: 'foreign' }), candidates };
  };
  for (const ClientId of [...adoption.clients, ...marked]) {
    const found = await describe(ClientId);
    if (found === undefined || !isFor(resource, found)) continue;
    return { found, owner: ownerAmong([ClientId], found) };
  }

  const candidates = await clientsCalled(api, UserPoolId, resource.properties.ClientName ?? '');
  const [ClientId] = candidates;
  const found = ClientId === undefined ? undefined : await describe(ClientId);
  return { found, owner: found && ownerAmong(candidates, found) };
}

async function readStyle(
  { cognito }: CognitoApi,
  client: { readonly UserPoolId: string; readonly ClientId: string },
): Promise<ManagedLoginBrandingType | undefined> {
  const call = cognito.describeManagedLoginBrandingByClient(client);
  return (await unlessAbsent(call))?.ManagedLoginBranding;
}

async function readSecretState(
  { cognito }: CognitoApi,
  UserPoolId: string,
  { ClientId, ClientSecret }: FoundClient,
): Promise<ClientSecretState> {
  const { ClientSecrets = [] } = await cognito.listUserPoolClientSecrets({ UserPoolId, ClientId });
  if (ClientSecrets.length === 1 && ClientSecret !== undefined) return 'shown';
  return ClientSecrets.length === 0 ? 'none' : 'unseen';
}

/**
 * Two clients may be meant in the master pool, for people and for machines; no client can be for
 * both.
 */
const isFor = ({ id }: ClientResource, { AllowedOAuthFlows = [] }: FoundClient): boolean =>
  id === 'UpstreamClient' ||
  AllowedOAuthFlows.includes('client_credentials') === (id === 'MachineClient');

/** A pool whose users sign in with their e-mail address takes nothing else for a name. */
export const usernameIn = (pool: FoundPool, { properties }: UserResource): string =>
  pool.UsernameAttributes?.includes('email') ? properties.email : properties.Username;
