import { expect, it } from 'vitest';
import { createBackgroundWork } from '../../../src/relying-party/background-work.js';
import { RelyingPartyEmitter } from '../../../src/relying-party/event-emitter.js';
import { createSecretsWatch } from '../../../src/relying-party/provider/secrets/secrets-watch.js';
import type { SecretsAgreement } from '../../../src/sessions/replicas/secret-fingerprints.js';

/** A watch whose pauses end when the test says so, over secrets that are as it says. */
function create() {
  const pauses: { readonly ms: number; readonly end: (goesOn: boolean) => void }[] = [];
  const background = {
    ...createBackgroundWork(),
    pause: (ms: number) => new Promise<boolean>((end) => pauses.push({ ms, end })),
  };
  const events = new RelyingPartyEmitter();
  const found = { agreement: 'ok' as SecretsAgreement | undefined, looks: 0, told: 0 };
  events.on('secrets.mismatch', () => (found.told += 1));
  const announce = async (): Promise<SecretsAgreement> => {
    found.looks += 1;
    if (found.agreement === undefined) throw new Error('away');
    return found.agreement;
  };
  const fingerprints = { announce, compare: announce, withdraw: () => Promise.reject(new Error()) };
  const told: string[] = [];
  const clientSecrets = {
    inUse: () => 'the secret',
    readAgain: async () => void told.push('read again'),
    insteadOf: async () => undefined,
    noteTaken: () => {},
  };
  const clientSecretUse = {
    tell: async (secret: string) => {
      told.push(secret);
      if (found.agreement === undefined) throw new Error('away');
    },
    count: async () => ({ using: 0, all: 0 }),
    withdraw: () => Promise.reject(new Error()),
  };
  const watch = createSecretsWatch({
    fingerprints,
    clientSecrets,
    clientSecretUse,
    background,
    events,
  });
  return {
    watch,
    found,
    told,
    pauses,
    endPause: async (goesOn = true): Promise<void> => {
      for (const { end } of pauses.splice(0)) end(goesOn);
      await new Promise(setImmediate);
    },
  };
}

it('looks by itself from the first time on, every fifteen seconds, however often it is asked', async () => {
  const { watch, found, pauses, endPause } = create();
  for (let turn = 1; turn <= 3; turn += 1) expect(await watch.check()).toBe('ok');
  expect(pauses.map(({ ms }) => ms)).toEqual([15_000]);
  for (let turn = 1; turn <= 3; turn += 1) await endPause();
  expect(found.looks).toBe(6);
  expect(pauses).toHaveLength(1);
  await endPause(false);
  expect(pauses).toHaveLength(0);
  expect(found.looks).toBe(6);
});

it('tells of a mismatch once, however often it is seen, and anew after it was over', async () => {
  const { watch, found, endPause } = create();
  found.agreement = 'mismatch';
  expect(await watch.check()).toBe('mismatch');
  await endPause();
  expect(found.told).toBe(1);
  found.agreement = 'ok';
  await endPause();
  found.agreement = 'mismatch';
  await endPause();
  expect(found.told).toBe(2);
});

it('goes on from what it knew while the store is away, and ends without it', async () => {
  const { watch, found } = create();
  found.agreement = 'mismatch';
  await watch.check();
  found.agreement = undefined;
  expect(await watch.check()).toBe('mismatch');
  expect(found.told).toBe(1);
  expect(await watch.end()).toBeUndefined();
});

it('reads the secret of the client again at every look, and tells which one is used', async () => {
  const { watch, told, endPause } = create();
  await watch.check();
  expect(told).toEqual(['read again', 'the secret']);
  await endPause();
  expect(told).toHaveLength(4);
});
