import { domainOf, type PoolSeed, type PoolsSeed, type SeedProblem } from './seed.js';

const standardScopes = ['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin'];

// These are the paths of the server itself.
const reservedDomains = ['health', 'assets'];

/** What is wrong between the parts of a seed whose shape is right: names that refer to nothing, or are there twice. */
export function referenceProblems({ pools }: PoolsSeed): SeedProblem[] {
  const names = pools.map((each) => each.name);
  return [
    ...repeated(names, 'pools', 'name'),
    ...repeated(
      pools.map((each) => each.id),
      'pools',
      'id',
    ),
    ...repeated(pools.map(domainOf), 'pools', 'domain'),
    ...repeated(
      pools.flatMap((each) => each.clients?.map(({ id }) => id) ?? []),
      'clients',
      'id',
    ),
    ...pools.flatMap((each, index) => problemsOf(each, `pools[${index}]`, pools)),
  ];
}

function problemsOf(pool: PoolSeed, path: string, pools: readonly PoolSeed[]): SeedProblem[] {
  const { clients = [], identityProviders = [], users = [], groups = [] } = pool;
  const providerNames = ['COGNITO', ...identityProviders.map((each) => each.name)];
  const scopes = [
    ...standardScopes,
    ...(pool.resourceServers ?? []).flatMap(({ identifier, scopes: own }) =>
      own.map((scope) => `${identifier}/${scope.name}`),
    ),
  ];
  const domain = domainOf(pool);
  return [
    ...when(
      !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(domain) || reservedDomains.includes(domain),
      {
        path: `${path}.domain`,
        problem: `"${domain}" cannot be a domain: use a-z, 0-9 and -; not ${reservedDomains.join(' or ')}`,
      },
    ),
    ...repeated(
      clients.map((each) => each.name),
      `${path}.clients`,
      'name',
    ),
    ...repeated(
      identityProviders.map((each) => each.name),
      `${path}.identityProviders`,
      'name',
    ),
    ...repeated(
      users.map((each) => each.username),
      `${path}.users`,
      'username',
    ),
    ...clients.flatMap((each, index) => [
      ...unknown(
        each.identityProviders,
        providerNames,
        `${path}.clients[${index}].identityProviders`,
      ),
      ...unknown(each.scopes, scopes, `${path}.clients[${index}].scopes`),
      ...when(each.flows?.includes('client_credentials') === true && each.secret === null, {
        path: `${path}.clients[${index}].secret`,
        problem: 'client_credentials needs a secret',
      }),
      ...(each.callbackUrls ?? []).flatMap((url, position) =>
        typeof url === 'string'
          ? []
          : unknownPool(
              url.idpResponseOf,
              pools,
              `${path}.clients[${index}].callbackUrls[${position}]`,
            ),
      ),
    ]),
    ...identityProviders.flatMap(({ issuer, client: registration }, index) => {
      const at = `${path}.identityProviders[${index}]`;
      return [
        ...(typeof issuer === 'string' ? [] : unknownPool(issuer.pool, pools, `${at}.issuer`)),
        ...('pool' in registration ? unknownClient(registration, pools, `${at}.client`) : []),
      ];
    }),
    ...users.flatMap((each, index) =>
      unknown(
        each.groups,
        [...groups.map((group) => group.name), ...providerGroups(pool)],
        `${path}.users[${index}].groups`,
      ),
    ),
  ];
}

const providerGroups = ({ id, identityProviders = [] }: PoolSeed): string[] =>
  identityProviders.map((each) => `${id}_${each.name}`);

function unknownPool(poolName: string, pools: readonly PoolSeed[], path: string): SeedProblem[] {
  return unknown(
    [poolName],
    pools.map((each) => each.name),
    path,
  ).map((found) => ({ ...found, path }));
}

function unknownClient(
  registration: { readonly pool: string; readonly name: string },
  pools: readonly PoolSeed[],
  path: string,
): SeedProblem[] {
  const pool = pools.find((each) => each.name === registration.pool);
  if (pool === undefined) return unknownPool(registration.pool, pools, path);
  const registered = pool.clients?.find((each) => each.name === registration.name);
  if (registered === undefined)
    return [{ path, problem: `pool ${pool.name} has no client "${registration.name}"` }];
  return when(registered.secret === null, {
    path,
    problem: `client "${registration.name}" has no secret, and a pool signs in at its provider with one`,
  });
}

function unknown(
  values: readonly string[] | undefined,
  known: readonly string[],
  path: string,
): SeedProblem[] {
  return (values ?? []).flatMap((value, index) =>
    when(!known.includes(value), {
      path: `${path}[${index}]`,
      problem: `"${value}" is not known here: ${known.length > 0 ? known.join(', ') : 'there are none'}`,
    }),
  );
}

function repeated(
  values: readonly (string | undefined)[],
  path: string,
  member: string,
): SeedProblem[] {
  return values.flatMap((value, index) =>
    when(value !== undefined && values.indexOf(value) < index, {
      path: `${path}[${index}].${member}`,
      problem: `"${value}" is taken`,
    }),
  );
}

const when = (isWrong: boolean, problem: SeedProblem): SeedProblem[] => (isWrong ? [problem] : []);
