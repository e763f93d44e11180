import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { Environment } from '../config/from-environment.js';
import { readEnvFile, withVariables } from '../setup/env/env-file.js';
import { writePrivateFile } from '../setup/env/private-file.js';
import { codeOf, SetupError } from '../setup/failure.js';

/** Where the site's processes have the client secret from. */
export interface SecretPlace {
  /** As a person would find it. */
  readonly name: string;
  /** Whether a running process notices a change by itself. */
  readonly isReadAgain: boolean;
  /**
   * Newest first. Whoever reads it sees what was there before, or this.
   * @throws {SetupError} and nothing has changed
   */
  write(secrets: readonly string[]): Promise<void>;
}

const VARIABLE = 'CLIENT_SECRET';
const OTHERS = 0o007;

/**
 * The file of `CLIENT_SECRET_FILE`, or else the `.env` that `CLIENT_SECRET` is in.
 *
 * @param environment as the site has it, `.env` included
 * @param secrets as they were read from it
 * @param settingsFile the `.env`
 * @throws {SetupError} when it is nowhere that could be written
 */
export async function secretPlace(
  environment: Environment,
  secrets: readonly string[],
  settingsFile = '.env',
): Promise<SecretPlace> {
  const file = environment[`${VARIABLE}_FILE`]?.trim() ?? '';
  return file === '' ? inEnvFile(settingsFile, secrets) : inFile(file);
}

async function inFile(path: string): Promise<SecretPlace> {
  const [real, { mode, uid }] = await statOf(path);
  const me = process.getuid?.() ?? uid;
  if (me !== 0 && me !== uid) {
    throw new SetupError(`${path} belongs to another user: run this as that user, or as root.`);
  }
  return {
    name: path,
    isReadAgain: true,
    // The site may read it as a member of its group.
    write: (secrets) => writePrivateFile(real, `${secrets.join('\n')}\n`, mode & 0o777 & ~OTHERS),
  };
}

async function statOf(path: string): Promise<[string, Stats]> {
  try {
    const real = await realpath(path);
    return [real, await stat(real)];
  } catch (error) {
    throw new SetupError(`${path} cannot be read (${codeOf(error)}).`, { cause: error });
  }
}

async function inEnvFile(settingsFile: string, secrets: readonly string[]): Promise<SecretPlace> {
  const file = await readEnvFile(settingsFile);
  const written = file.values[VARIABLE]?.split(/\s+/).filter((word) => word !== '') ?? [];
  if (written.join(' ') !== secrets.join(' ')) {
    throw new SetupError(
      `${VARIABLE} comes from the environment, where it cannot be changed from here: write it into a file, and set ${VARIABLE}_FILE to its path.`,
    );
  }
  return {
    name: `${VARIABLE} in ${settingsFile}`,
    isReadAgain: false,
    async write(next) {
      // As it is now: it may have been edited meanwhile.
      const { path, text } = await readEnvFile(settingsFile);
      await writePrivateFile(path, withVariables(text, new Map([[VARIABLE, next.join(' ')]])));
    },
  };
}
