import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import { readActual } from '../../../src/program/setup/account/read-actual.js';
import type { Actual } from '../../../src/program/setup/account/actual.js';
import { NOTHING_ADOPTED, apiOf, emptyAccount, inputs, planNow, runSetup } from './world.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import { desiredFor } from '../../../src/program/setup/wanted/desired.js';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';

/*
 * Somebody has deleted a part of what setup has made: the next run makes that, and knows all the
 * rest again.
 */

let pools: Pools;
let api: CognitoApi;
beforeEach(async () => {
  pools = await emptyAccount();
  api = await apiOf(pools);
});
afterEach(() => pools.close());
afterAll(() => endCommands());

type Delete = (cognito: CognitoApi['cognito'], made: Actual) => Promise<unknown>;

const parts: readonly (readonly [string, Delete])[] = [
  [
    'domain of the second pool',
    (cognito, { UpstreamPool, UpstreamDomain }) =>
      cognito.deleteUserPoolDomain({
        UserPoolId: UpstreamPool?.Id,
        Domain: UpstreamDomain?.name,
      }),
  ],
  [
    'domain of the master pool',
    (cognito, { MasterPool, MasterDomain }) =>
      cognito.deleteUserPoolDomain({ UserPoolId: MasterPool?.Id, Domain: MasterDomain?.name }),
  ],
  [
    'client at the second pool',
    (cognito, { UpstreamPool, UpstreamClient }) =>
      cognito.deleteUserPoolClient({
        UserPoolId: UpstreamPool?.Id,
        ClientId: UpstreamClient?.ClientId,
      }),
  ],
  [
    'client for machines',
    (cognito, { MasterPool, MachineClient }) =>
      cognito.deleteUserPoolClient({
        UserPoolId: MasterPool?.Id,
        ClientId: MachineClient?.ClientId,
      }),
  ],
  [
    'client of the site',
    (cognito, { MasterPool, SiteClient }) =>
      cognito.deleteUserPoolClient({ UserPoolId: MasterPool?.Id, ClientId: SiteClient?.ClientId }),
  ],
  [
    'identity provider',
    (cognito, { MasterPool }) =>
      cognito.deleteIdentityProvider({ UserPoolId: MasterPool?.Id, ProviderName: 'oidc-pool-2' }),
  ],
  [
    'resource server',
    (cognito, { MasterPool }) =>
      cognito.deleteResourceServer({ UserPoolId: MasterPool?.Id, Identifier: 'orders' }),
  ],
  [
    'user',
    (cognito, { UpstreamPool }) =>
      cognito.adminDeleteUser({ UserPoolId: UpstreamPool?.Id, Username: 'alice' }),
  ],
];

describe('a set-up that has lost its', () => {
  it.each(parts)('%s', async (_name, remove) => {
    const before = await runSetup(api);
    await remove(api.cognito, before);
    const { problems, steps } = await planNow(api);
    expect(problems).toEqual([]);
    expect(steps).not.toEqual([]);

    const after = await runSetup(api);
    expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
    expect(after.issuers).toEqual(before.issuers);
    expect(await planNow(api)).toMatchObject({ problems: [], steps: [] });
  });

  it.each(parts.filter(([name]) => name.startsWith('domain')))(
    '%s, and keeps its settings',
    async (_name, remove) => {
      const folder = emptyFolder();
      const setup = async (): Promise<string> => {
        const flags = '--base-url https://www.example.com --yes';
        const command = lifeguard(`setup ${flags}`, { AWS_ENDPOINT_URL: pools.url }, folder);
        expect(await command.exit(), command.output()).toBe(0);
        return readFileSync(join(folder, '.env'), 'utf8');
      };
      const settings = await setup();
      await remove(api.cognito, await readNow());
      expect(await setup()).toBe(settings);
    },
  );
});

const readNow = (): Promise<Actual> =>
  readActual(api, desiredFor(inputs).resources, NOTHING_ADOPTED);
