import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { federatedPoolsSeed, startPools, type Pools } from '../../../src/pools/index.js';
import { beginRotation, type Rotation } from '../../../src/program/rotation/rotate.js';
import { createProbe } from '../../../src/program/rotation/probe.js';
import type { SecretPlace } from '../../../src/program/rotation/secret-place.js';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { SetupError } from '../../../src/program/setup/failure.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import { apiOf, cutOffAfter } from '../setup/world.js';
import { environmentFor } from '../../support/world.js';

let pools: Pools;
let said: string[];
let kept: readonly string[];

beforeEach(async () => {
  pools = await startPools({
    seed: federatedPoolsSeed({ baseUrl: 'http://localhost:3000' }),
    keys: 'fixed',
  });
  said = [];
  kept = [pools.pool('oidc-pool-1').client('site').secret!];
});
afterEach(() => pools.close());

const client = () => {
  const master = pools.pool('oidc-pool-1');
  return { UserPoolId: master.id, ClientId: master.client('site').id };
};

const place: SecretPlace = {
  name: 'THE FILE',
  isReadAgain: true,
  write: async (secrets) => {
    kept = secrets;
  },
};

function isTaken(secret: string): Promise<boolean> {
  const read = readSettings({
    ...environmentFor(pools),
    BASE_URL: 'http://localhost:3000',
    SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
  });
  if ('problems' in read) throw new Error('settings');
  return createProbe(read.settings, fetch)(secret);
}

const begin = async (
  api: CognitoApi,
  into: SecretPlace = place,
  asked: (secret: string) => Promise<boolean> = isTaken,
): Promise<Rotation> =>
  beginRotation(
    {
      api,
      client: client(),
      place: into,
      isTaken: asked,
      removal: (secret) => `REMOVE ${secret?.id}`,
      say: (line) => said.push(line),
    },
    kept,
  );

/** A whole run, as the command makes it. @returns whether there was anything to do */
async function run(api: CognitoApi, into?: SecretPlace): Promise<string> {
  const rotation = await begin(api, into);
  const { next } = rotation.situation;
  if (next === 'nothing') return next;
  await rotation.introduce();
  await rotation.finish();
  return next;
}

async function listed(api: CognitoApi): Promise<(string | undefined)[]> {
  const { ClientSecrets = [] } = await api.cognito.listUserPoolClientSecrets(client());
  return ClientSecrets.map(({ ClientSecretId }) => ClientSecretId);
}

it('ends with one secret, a new one, at the pool and where the site has it from', async () => {
  const api = await apiOf(pools);
  const [old] = kept;
  const [oldId] = await listed(api);
  expect(await run(api)).toBe('begin');
  expect(kept).toHaveLength(1);
  expect(kept[0]).toMatch(/^[a-z0-9]{51}$/);
  expect(await isTaken(kept[0]!)).toBe(true);
  expect(await isTaken(old!)).toBe(false);
  expect(await listed(api)).not.toContain(oldId);
  expect(said.map((line) => line.trim().slice(0, 9).trim())).toEqual([
    '~  change',
    '+  add',
    '-  delete',
    '~  change',
  ]);
  for (const secret of [old!, kept[0]!]) expect(said.join('\n')).not.toContain(secret);
});

it('keeps a secret that works in the place at every moment', async () => {
  const api = await apiOf(pools);
  const moments: boolean[] = [];
  const watched: SecretPlace = {
    ...place,
    write: async (secrets) => {
      kept = secrets;
      moments.push((await Promise.all(secrets.map(isTaken))).includes(true));
    },
  };
  await run(api, watched);
  expect(moments).toEqual([true, true]);
});

it('is finished by the next run, wherever it was cut off', async () => {
  const calls = await (async () => {
    const api = await apiOf(pools);
    const seen = cutOffAfter(api, 1_000);
    await run(api);
    return seen;
  })();
  expect(calls).toContain('DeleteUserPoolClientSecretCommand');
  for (let number = 1; number <= calls.length; number += 1) {
    const api = await apiOf(pools);
    cutOffAfter(api, number);
    const before = kept[0]!;
    await run(api).catch(() => 'cut off');
    // In between, and at the end, the site has one that works.
    expect((await Promise.all(kept.map(isTaken))).includes(true), `after ${number}`).toBe(true);
    const again = await apiOf(pools);
    if (kept[0] === before) expect(await listed(again)).toHaveLength(1);
    expect(await run(again), `after ${number}`).not.toBe('nothing');
    expect(await listed(again)).toHaveLength(1);
    expect(kept).toHaveLength(1);
    expect(await isTaken(kept[0]!)).toBe(true);
  }
});

it('is finished by the next run when it was cut off at a write', async () => {
  for (const number of [1, 2]) {
    const api = await apiOf(pools);
    let writes = 0;
    const cut: SecretPlace = {
      ...place,
      write: async (secrets) => {
        writes += 1;
        kept = secrets;
        if (writes === number) throw new Error('cut off');
      },
    };
    await expect(run(api, cut)).rejects.toThrow('cut off');
    const [newest] = kept;
    expect(await run(api)).toBe(number === 1 ? 'add' : 'begin');
    if (number === 1) expect(kept).toEqual([newest]);
    expect(await listed(api)).toHaveLength(1);
  }
});

it('changes nothing when the place cannot be written, or Cognito does not want to', async () => {
  const api = await apiOf(pools);
  const [before, ids] = [kept, await listed(api)];
  const full: SecretPlace = {
    ...place,
    write: () => Promise.reject(new SetupError('no room')),
  };
  await expect(run(api, full)).rejects.toThrow('no room');
  expect([kept, await listed(api)]).toEqual([before, ids]);

  api.cognito.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (!commandName.startsWith('Add')) return next(args);
        throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
      },
    { step: 'initialize', name: 'denied' },
  );
  await expect(run(api)).rejects.toThrow('AWS does not allow it');
  expect([kept, await listed(api)]).toEqual([before, ids]);
});

it('waits until Cognito takes the new secret, and leaves the older one where it does not', async () => {
  const api = await apiOf(pools);
  const [old] = kept;
  let asked = 0;
  const slow = async (secret: string): Promise<boolean> => {
    if (secret !== old) asked += 1;
    return secret === old || (asked > 3 && isTaken(secret));
  };
  await (await begin(api, place, slow)).introduce();
  expect(asked).toBe(4);

  kept = [old!];
  const [, added] = await listed(api);
  await api.cognito.deleteUserPoolClientSecret({ ...client(), ClientSecretId: added! });
  const never = await begin(api, place, async (secret) => secret === old);
  await expect(never.introduce()).rejects.toThrow('does not take the new secret yet');
  expect(kept[1]).toBe(old);
  expect(await run(api)).toBe('replace');
});

it('stops where the one that is left is not the newest of the place, which it cannot know before', async () => {
  const api = await apiOf(pools);
  const [originalId] = await listed(api);
  const add = async (): Promise<string> => {
    const { ClientSecretDescriptor } = await api.cognito.addUserPoolClientSecret(client());
    return ClientSecretDescriptor!.ClientSecretValue!;
  };
  const older = await add();
  await api.cognito.deleteUserPoolClientSecret({ ...client(), ClientSecretId: originalId! });
  const newer = await add();
  kept = [older, newer];
  await expect(run(api)).rejects.toThrow('is not the first one in THE FILE');
  expect(kept).toEqual([older, newer]);
  expect(await isTaken(newer)).toBe(true);
});

describe('a client whose secrets somebody else changes', () => {
  it('is left alone, with what to do', async () => {
    const api = await apiOf(pools);
    await api.cognito.addUserPoolClientSecret(client());
    const ids = await listed(api);
    const { situation } = await begin(api);
    expect(situation).toEqual({
      next: 'nothing',
      problem: expect.stringContaining(`REMOVE ${ids[1]}`) as unknown,
    });
    expect(await listed(api)).toEqual(ids);
  });

  it('is left alone also when it happens in between', async () => {
    const api = await apiOf(pools);
    const rotation = await begin(api);
    await rotation.introduce();
    const [, added] = await listed(api);
    const ClientSecretId = added!;
    await api.cognito.deleteUserPoolClientSecret({ ...client(), ClientSecretId });
    await expect(rotation.finish()).rejects.toThrow('Somebody else has changed');
    expect(await listed(api)).toHaveLength(1);
    expect(await isTaken(kept[1]!)).toBe(true);
  });

  it('is left alone when two others are there by then', async () => {
    const api = await apiOf(pools);
    const rotation = await begin(api);
    await rotation.introduce();
    const [first] = await listed(api);
    await api.cognito.deleteUserPoolClientSecret({ ...client(), ClientSecretId: first! });
    await api.cognito.addUserPoolClientSecret(client());
    await expect(rotation.finish()).rejects.toThrow('Somebody else has changed');
    expect(await listed(api)).toHaveLength(2);
  });
});

it('takes the older one away that was replaced by hand', async () => {
  const api = await apiOf(pools);
  const [old] = kept;
  const { ClientSecretDescriptor } = await api.cognito.addUserPoolClientSecret(client());
  kept = [ClientSecretDescriptor!.ClientSecretValue!];
  expect(await run(api)).toBe('replace');
  expect(await isTaken(old!)).toBe(false);
  expect(await isTaken(kept[0]!)).toBe(true);
});
