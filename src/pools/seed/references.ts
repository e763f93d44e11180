import { standardScopes } from '../model/app-client.js';
import { MOST_SECRETS } from '../model/credentials/client-secrets.js';
import { isDomain, reservedDomains } from '../model/identifiers.js';
import {
  domainOf,
  ownScopes,
  type ClientSeed,
  type IdentityProviderSeed,
  type PoolSeed,
  type PoolsSeed,
  type SeedProblem,
} from './seed.js';

/**
 * What is wrong between the parts of a seed whose shape is right: names that refer to nothing, or
 * are there twice.
 */
export function referenceProblems({ pools }: PoolsSeed): SeedProblem[] {
  return [
    ...repetitionProblems(pools, 'pools', 'name', ({ name }) => name),
    ...repetitionProblems(pools, 'pools', 'id', ({ id }) => id),
    ...repetitionProblems(pools, 'pools', 'domain', domainOf),
    ...pools.flatMap((pool, index) => poolProblems(pool, `pools[${index}]`, pools)),
  ];
}

function poolProblems(pool: PoolSeed, path: string, pools: readonly PoolSeed[]): SeedProblem[] {
  const { clients = [], identityProviders = [], users = [] } = pool;
  const domain = domainOf(pool);
  const groups = groupNames(pool);
  return [
    ...when(domain !== undefined && !isDomain(domain), {
      path: `${path}.domain`,
      problem: `"${domain}" cannot be a domain: use a-z, 0-9 and -; not ${reservedDomains.join(' or ')}`,
    }),
    ...repetitionProblems(clients, `${path}.clients`, 'name', ({ name }) => name),
    ...repetitionProblems(clients, `${path}.clients`, 'id', ({ id }) => id),
    ...repetitionProblems(
      identityProviders,
      `${path}.identityProviders`,
      'name',
      ({ name }) => name,
    ),
    ...repetitionProblems(users, `${path}.users`, 'username', ({ username }) => username),
    ...clients.flatMap((client, index) =>
      clientProblems(client, `${path}.clients[${index}]`, pool, pools),
    ),
    ...identityProviders.flatMap((provider, index) =>
      providerProblems(provider, `${path}.identityProviders[${index}]`, pools),
    ),
    ...users.flatMap((user, index) =>
      unknownNameProblems(user.groups, groups, `${path}.users[${index}].groups`),
    ),
  ];
}

function clientProblems(
  seed: ClientSeed,
  path: string,
  pool: PoolSeed,
  pools: readonly PoolSeed[],
): SeedProblem[] {
  const { identityProviders, scopes, flows = [], addedSecrets = [], callbackUrls = [] } = seed;
  const providers = ['COGNITO', ...(pool.identityProviders ?? []).map(({ name }) => name)];
  return [
    ...when((seed.secret === null ? 0 : 1) + addedSecrets.length > MOST_SECRETS, {
      path: `${path}.addedSecrets`,
      problem: `a client has ${MOST_SECRETS} secrets at most`,
    }),
    ...unknownNameProblems(identityProviders, providers, `${path}.identityProviders`),
    ...unknownNameProblems(scopes, [...standardScopes, ...ownScopes(pool)], `${path}.scopes`),
    ...when(flows.includes('client_credentials') && isPublic(seed), {
      path: `${path}.secret`,
      problem: 'client_credentials needs a secret',
    }),
    ...callbackUrls.flatMap((url, index) =>
      typeof url === 'string'
        ? []
        : unknownPoolProblems(url.idpResponseOf, pools, `${path}.callbackUrls[${index}]`),
    ),
  ];
}

function providerProblems(
  { issuer, client }: IdentityProviderSeed,
  path: string,
  pools: readonly PoolSeed[],
): SeedProblem[] {
  return [
    ...(typeof issuer === 'string'
      ? []
      : unknownPoolProblems(issuer.pool, pools, `${path}.issuer`)),
    ...('pool' in client ? registrationProblems(client, `${path}.client`, pools) : []),
  ];
}

function registrationProblems(
  registration: { readonly pool: string; readonly name: string },
  path: string,
  pools: readonly PoolSeed[],
): SeedProblem[] {
  const pool = pools.find(({ name }) => name === registration.pool);
  if (pool === undefined) return unknownPoolProblems(registration.pool, pools, path);
  const client = pool.clients?.find(({ name }) => name === registration.name);
  const problem =
    client === undefined
      ? `pool ${pool.name} has no client "${registration.name}"`
      : `client "${registration.name}" has no secret, and a pool needs one at its provider`;
  return when(client === undefined || isPublic(client), { path, problem });
}

const isPublic = ({ secret, addedSecrets = [] }: ClientSeed): boolean =>
  secret === null && addedSecrets.length === 0;

const groupNames = ({ id, groups = [], identityProviders = [] }: PoolSeed): string[] => [
  ...groups.map(({ name }) => name),
  ...identityProviders.map(({ name }) => `${id}_${name}`),
];

function unknownPoolProblems(
  name: string,
  pools: readonly PoolSeed[],
  path: string,
): SeedProblem[] {
  const names = pools.map((pool) => pool.name);
  return when(!names.includes(name), { path, problem: unknownText(name, names) });
}

function unknownNameProblems(
  values: readonly string[] | undefined,
  known: readonly string[],
  path: string,
): SeedProblem[] {
  return (values ?? []).flatMap((value, index) =>
    when(!known.includes(value), {
      path: `${path}[${index}]`,
      problem: unknownText(value, known),
    }),
  );
}

const unknownText = (value: string, known: readonly string[]): string =>
  `"${value}" is not known here: ${known.length > 0 ? known.join(', ') : 'there are none'}`;

function repetitionProblems<T>(
  parts: readonly T[],
  path: string,
  member: string,
  valueOf: (part: T) => string | undefined,
): SeedProblem[] {
  const values = parts.map(valueOf);
  return values.flatMap((value, index) =>
    when(value !== undefined && values.indexOf(value) < index, {
      path: `${path}[${index}].${member}`,
      problem: `"${value}" is taken`,
    }),
  );
}

const when = (isWrong: boolean, problem: SeedProblem): SeedProblem[] => (isWrong ? [problem] : []);
