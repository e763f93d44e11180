import { randomInt } from 'node:crypto';
import { explainFailure } from '../setup/account/explain.js';
import type { CognitoApi } from '../setup/account/cognito-api.js';
import { SetupError } from '../setup/failure.js';
import { type ClientOfPool, listSecrets, type PoolSecret, shownSecret } from './pool-secrets.js';
import type { IsTaken } from './probe.js';
import type { SecretPlace } from './secret-place.js';
import { type Situation, situationOf } from './situation.js';

/** What a rotation works with. */
export interface RotationParts {
  readonly api: Pick<CognitoApi, 'cognito' | 'wait'>;
  readonly client: ClientOfPool;
  readonly place: SecretPlace;
  readonly isTaken: IsTaken;
  /** The command that deletes a secret by hand. */
  readonly removal: (secret: PoolSecret | undefined) => string;
  /** Told what happens while it happens. */
  readonly say: (line: string) => void;
}

/** Goes from what there is to a client with one new secret, as far as it is let. */
export interface Rotation {
  readonly situation: Situation;
  /** Both secrets work, and the place has the new one in front. @returns the new one */
  introduce(): Promise<string>;
  /** The older one is gone everywhere; only after nobody uses it any more. */
  finish(): Promise<void>;
}

/** AWS need not know at once everywhere what it was told. */
const LOOKS = 30;
const BETWEEN_LOOKS_MS = 1000;

/**
 * Each change leaves everything working: the new secret is written down before Cognito is told of
 * it, so that none is ever lost, and the site falls back on the older one until Cognito takes it.
 *
 * @param mine the secrets the place has, newest first
 * @throws {SetupError} in the operator's words
 */
export async function beginRotation(
  parts: RotationParts,
  mine: readonly string[],
): Promise<Rotation> {
  const { api, client, place, isTaken, say } = parts;
  const [older = '', newer] = mine.toReversed();
  const { situation, oldest } = await lookAround(parts, mine);
  let newest = newer ?? older;

  const add = async (): Promise<void> => {
    say(`  +  add     a second secret of the app client ${client.ClientId}`);
    try {
      await api.cognito.addUserPoolClientSecret({ ...client, ClientSecret: newest });
    } catch (error) {
      // If only the answer was lost, it is there.
      if ((await listSecrets(api, client)).length < 2) {
        if (situation.next === 'begin') await place.write([older]);
        throw explainFailure(error);
      }
    }
    if (await isTakenInTime(parts, newest)) return;
    throw new SetupError(
      `Cognito does not take the new secret yet. ${place.name} has both, so the site goes on with the older one; run this again.`,
    );
  };

  return {
    situation,
    async introduce() {
      if (situation.next === 'begin') {
        newest = makeSecret();
        say(`  ~  change  ${place.name}: a new secret, in front of the present one`);
        await place.write([newest, older]);
      }
      if (situation.next === 'begin' || situation.next === 'add') await add();
      return newest;
    },
    async finish() {
      if (situation.next !== 'tidy') {
        const first = await olderOf(parts, oldest);
        say(`  -  delete  the first secret, made on ${dayOf(first)}`);
        await api.cognito
          .deleteUserPoolClientSecret({ ...client, ClientSecretId: first.id })
          .catch((error: unknown) => {
            throw explainFailure(error);
          });
        if (!(await isTaken(newest))) {
          throw new SetupError(
            `The secret that is left is not the first one in ${place.name}. Nothing more was changed: the site goes on with the second. "lifeguard doctor" says more.`,
          );
        }
      }
      say(`  ~  change  ${place.name}: the new secret alone`);
      await place.write([newest]);
    },
  };
}

async function lookAround(
  parts: RotationParts,
  mine: readonly string[],
): Promise<{ readonly situation: Situation; readonly oldest: PoolSecret | undefined }> {
  const { api, client, place, isTaken, removal } = parts;
  const pool = await listSecrets(api, client);
  const shown = await shownSecret(api, client);
  const looked: { value: string; isTaken: boolean }[] = [];
  for (const [index, value] of mine.entries()) {
    // One that Cognito was told of a moment ago.
    const mayBeNew = index === 0 && mine.length === 2 && pool.length === 2;
    const taken = mayBeNew ? await isTakenInTime(parts, value) : await isTaken(value);
    looked.push({ value, isTaken: taken });
  }
  const situation = situationOf({ mine: looked, pool, shown }, place.name, removal);
  return { situation, oldest: pool[0] };
}

async function isTakenInTime(
  { api, isTaken, say }: RotationParts,
  secret: string,
): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look += 1) {
    if (await isTaken(secret)) return true;
    if (look === 1) say('     wait    until Cognito takes the new secret');
    await api.wait(BETWEEN_LOOKS_MS, 'until Cognito takes the new secret');
  }
  return false;
}

/** The one to be deleted: of exactly two, the one that was the oldest before anything was done. */
async function olderOf(
  { api, client }: RotationParts,
  oldest: PoolSecret | undefined,
): Promise<PoolSecret> {
  const found = await listSecrets(api, client);
  if (found.length === 2 && oldest !== undefined && found[0]?.id === oldest.id) return oldest;
  throw new SetupError(
    'Somebody else has changed the secrets of the app client meanwhile. Nothing was deleted; run this again.',
  );
}

/** As Cognito makes them: 51 lower-case letters or digits. */
function makeSecret(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 51 }, () => letters[randomInt(letters.length)]).join('');
}

const dayOf = ({ createdAt }: PoolSecret): string => new Date(createdAt).toISOString().slice(0, 10);
