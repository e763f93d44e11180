import { startPools, type Pools } from '../../../src/pools/index.js';
import { readActual } from '../../../src/program/setup/account/read-actual.js';
import type { Actual } from '../../../src/program/setup/account/actual.js';
import type { Adoption } from '../../../src/program/setup/account/ownership.js';
import { converge } from '../../../src/program/setup/plan/apply.js';
import { connect, type CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import { desiredFor, type Desired } from '../../../src/program/setup/wanted/desired.js';
import type { SetupInputs } from '../../../src/program/setup/wanted/inputs.js';
import { planFor, type Plan } from '../../../src/program/setup/plan/plan.js';

export const NOTHING_ADOPTED: Adoption = {
  pools: [],
  clients: [],
  providers: [],
  resourceServers: [],
};

export const inputs: SetupInputs = {
  baseUrl: 'http://localhost:3000',
  basePath: '',
  masterName: 'oidc-pool-1',
  upstreamName: 'oidc-pool-2',
  upstream: undefined,
  label: undefined,
  withManagedLogin: false,
  domainPrefix: undefined,
  withApi: true,
  user: { username: 'alice', email: 'alice@example.com' },
};

/** An account without any user pool. */
export const emptyAccount = (): Promise<Pools> =>
  startPools({ seed: { pools: [] }, keys: 'fixed' });

/** Cognito as `setup` sees it, without the waiting. */
export const apiOf = (pools: Pools): Promise<CognitoApi> =>
  connect({ region: undefined, endpointUrl: pools.url, wait: async () => {} });

/** One whole run: reads, plans, carries out. */
export async function runSetup(
  api: CognitoApi,
  wanted: SetupInputs = inputs,
  adoption: Adoption = NOTHING_ADOPTED,
): Promise<Actual> {
  const { resources } = desiredFor(wanted);
  const progress = { begins: async () => {}, ended: async () => {}, userCreated: () => {} };
  const before = await readActual(api, resources, adoption);
  return converge(api, resources, adoption, before, progress);
}

/** What a run would do now. */
export async function planNow(
  api: CognitoApi,
  wanted: SetupInputs = inputs,
  adoption: Adoption = NOTHING_ADOPTED,
): Promise<Plan> {
  const { resources } = desiredFor(wanted);
  return planFor(resources, await readActual(api, resources, adoption), adoption);
}

/** The pools, clients and the rest of this set-up that exist, all of them given to setup. */
export async function everythingIn(
  api: CognitoApi,
  wanted: SetupInputs = inputs,
): Promise<Adoption> {
  const { UserPools = [] } = await api.cognito.listUserPools({ MaxResults: 60 });
  const pools = UserPools.map(({ Id = '' }) => Id);
  const clients: string[] = [];
  for (const UserPoolId of pools) {
    const { UserPoolClients = [] } = await api.cognito.listUserPoolClients({ UserPoolId });
    clients.push(...UserPoolClients.map(({ ClientId = '' }) => ClientId));
  }
  const { owners } = await readActual(api, desiredFor(wanted).resources, {
    ...NOTHING_ADOPTED,
    pools,
    clients,
  });
  const used = new Set(Object.values(owners).map(({ name }) => name));
  return {
    pools: pools.filter((id) => used.has(id)),
    clients: clients.filter((id) => used.has(id)),
    providers: owners.IdentityProvider ? [owners.IdentityProvider.name] : [],
    resourceServers: owners.ResourceServer ? [owners.ResourceServer.name] : [],
  };
}

/** The steps a run would take now, in words. */
export async function stepsNow(api: CognitoApi, wanted: SetupInputs = inputs): Promise<string[]> {
  const { steps } = await planNow(api, wanted);
  return steps.map(({ action, resource }) => `${action} ${resource.title}`);
}

/**
 * Everything that exists, with what Cognito makes up (ids, secrets, times) replaced by where it
 * stands.
 */
export async function stateOf(
  api: CognitoApi,
  { resources }: Desired = desiredFor(inputs),
): Promise<unknown> {
  const actual = await readActual(api, resources, NOTHING_ADOPTED);
  const { MasterPool, UpstreamPool, SiteClient, UpstreamClient, MachineClient } = actual;
  const madeUp = Object.entries({
    master: MasterPool?.Id,
    upstream: UpstreamPool?.Id,
    masterDomain: MasterPool?.Domain,
    upstreamDomain: UpstreamPool?.Domain,
    site: SiteClient?.ClientId,
    siteSecret: SiteClient?.ClientSecret,
    upstreamClient: UpstreamClient?.ClientId,
    upstreamSecret: UpstreamClient?.ClientSecret,
    machine: MachineClient?.ClientId,
    machineSecret: MachineClient?.ClientSecret,
    origin: (await api.cognito.config.endpoint?.())?.port,
  });
  const { UserPools } = await api.cognito.listUserPools({ MaxResults: 60 });
  let text = JSON.stringify({ actual, pools: UserPools?.length }, (key, value: unknown) =>
    key.endsWith('Date') ? undefined : value,
  );
  for (const [name, value] of madeUp) {
    if (value !== undefined) text = text.replaceAll(String(value), `<${name}>`);
  }
  return JSON.parse(text);
}

/**
 * Writes down every call, and stops the program, as it were, once the one with this number was
 * carried out.
 */
export function cutOffAfter(api: CognitoApi, number: number): readonly string[] {
  const calls: string[] = [];
  api.cognito.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        calls.push(commandName);
        const isLast = calls.length === number;
        const answer = await next(args);
        if (isLast) throw new Error('cut off');
        return answer;
      },
    { step: 'initialize', name: 'cutOff', priority: 'high' },
  );
  return calls;
}
