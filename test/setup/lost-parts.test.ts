import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../src/pools/index.js';
import type { Actual } from '../../src/setup/actual.js';
import { NOTHING_ADOPTED } from '../../src/setup/adoption.js';
import { readActual } from '../../src/setup/actual.js';
import type { CognitoApi } from '../../src/setup/cognito-api.js';
import { desiredFor } from '../../src/setup/desired.js';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { apiOf, emptyAccount, inputs } from './world.js';

/* Somebody has deleted a part of what setup has made: the next run makes that, and knows all the rest again. */

const SITE = 'https://www.example.com';
const wanted = { ...inputs, baseUrl: SITE, withManagedLogin: true };

let pools: Pools;
let api: CognitoApi;
let folder: string;
beforeEach(async () => {
  pools = await emptyAccount();
  api = await apiOf(pools);
  folder = emptyFolder();
});
afterEach(() => pools.close());
afterAll(() => endCommands());

const setup = (flags: string): RunningCommand =>
  lifeguard(
    `setup --base-url ${SITE} --api --managed-login --user alice --email alice@example.com --yes ${flags}`.trim(),
    { AWS_ENDPOINT_URL: pools.url },
    folder,
  );

const now = (): Promise<Actual> => readActual(api, desiredFor(wanted).resources, NOTHING_ADOPTED);

type Delete = (cognito: CognitoApi['cognito'], made: Actual) => Promise<unknown>;

const parts: readonly (readonly [string, string, Delete])[] = [
  [
    'domain of the second pool',
    '',
    (cognito, { UpstreamPool, UpstreamDomain }) =>
      cognito.deleteUserPoolDomain({
        UserPoolId: UpstreamPool?.Id,
        Domain: UpstreamDomain?.name,
      }),
  ],
  [
    'domain of the master pool',
    '',
    (cognito, { MasterPool, MasterDomain }) =>
      cognito.deleteUserPoolDomain({ UserPoolId: MasterPool?.Id, Domain: MasterDomain?.name }),
  ],
  [
    'client at the second pool',
    '',
    (cognito, { UpstreamPool, UpstreamClient }) =>
      cognito.deleteUserPoolClient({
        UserPoolId: UpstreamPool?.Id,
        ClientId: UpstreamClient?.ClientId,
      }),
  ],
  [
    'client for machines',
    '',
    (cognito, { MasterPool, MachineClient }) =>
      cognito.deleteUserPoolClient({
        UserPoolId: MasterPool?.Id,
        ClientId: MachineClient?.ClientId,
      }),
  ],
  [
    'client of the site',
    // What the settings file says of it is lost.
    '--allow-removals',
    (cognito, { MasterPool, SiteClient }) =>
      cognito.deleteUserPoolClient({ UserPoolId: MasterPool?.Id, ClientId: SiteClient?.ClientId }),
  ],
  [
    'identity provider',
    '',
    (cognito, { MasterPool }) =>
      cognito.deleteIdentityProvider({ UserPoolId: MasterPool?.Id, ProviderName: 'oidc-pool-2' }),
  ],
  [
    'resource server',
    '',
    (cognito, { MasterPool }) =>
      cognito.deleteResourceServer({ UserPoolId: MasterPool?.Id, Identifier: 'orders' }),
  ],
  [
    'user',
    '',
    (cognito, { UpstreamPool }) =>
      cognito.adminDeleteUser({ UserPoolId: UpstreamPool?.Id, Username: 'alice' }),
  ],
];

describe('a set-up that has lost its', () => {
  it.each(parts)('%s', async (_name, flags, remove) => {
    const first = setup('');
    expect(await first.exit(), first.output()).toBe(0);
    const before = await now();
    const settings = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    await remove(api.cognito, before);

    const second = setup(flags);
    expect(await second.exit(), second.output()).toBe(0);
    const after = await now();
    expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
    expect([after.MasterPool?.Id, after.UpstreamPool?.Id]).toEqual([
      before.MasterPool?.Id,
      before.UpstreamPool?.Id,
    ]);
    const { ISSUER, SESSION_SECRET } = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    expect(settings).toMatchObject({ ISSUER, SESSION_SECRET });

    const third = setup('');
    expect(await third.exit()).toBe(0);
    expect(third.output()).toContain('Nothing to change.');
  });
});
