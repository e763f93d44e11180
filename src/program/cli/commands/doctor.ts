import { type Environment, readSettings } from '../../config/from-environment.js';
import { diagnose, type Diagnosis } from '../../doctor/diagnose.js';
import { describeDiagnosis } from '../../doctor/report.js';
import { openUserPools, UserPoolsError } from '../../doctor/context/user-pools.js';
import { requireUrl } from '../surroundings/failure.js';
import { writeDocument } from '../surroundings/json-document.js';
import { otherWaysFrom, outgoingFrom } from '../surroundings/outgoing.js';

export interface DoctorCommandOptions {
  readonly json?: true;
  readonly aws?: true;
  readonly endpointUrl?: string;
  readonly strict?: true;
}

/**
 * `lifeguard doctor`: says what is wrong with a set-up, most specific cause first, each with the
 * fix. Changes nothing.
 *
 * @returns the exit code: 0 fine, 1 problems (with `strict` warnings too), 2 something could not be
 *   checked
 * @throws {ConfigError} when the proxy cannot be used; {CommandError} when an option is wrong
 */
export async function doctor(
  environment: Environment,
  { json, aws, endpointUrl, strict }: DoctorCommandOptions,
): Promise<number> {
  requireUrl(endpointUrl);
  const isToLookInside = aws === true || endpointUrl !== undefined;
  const { fetch, proxiedFetch, close } = outgoingFrom(environment);
  const others = otherWaysFrom(environment);
  const userPools = isToLookInside
    ? await openUserPools({ endpointUrl, proxiedFetch }).catch(whyNot)
    : undefined;
  try {
    const { ways: otherWays } = others;
    const parts = { now: Date.now, fetch, otherWays, userPools, endpointUrl, environment };
    const diagnosis = await diagnose(readSettings(environment), parts);
    const code = exitCode(diagnosis, strict === true);
    if (json) writeDocument({ exitCode: code, ...diagnosis });
    else console.log(describeDiagnosis(diagnosis, terminal()));
    return code;
  } finally {
    if (userPools !== undefined && 'close' in userPools) userPools.close();
    await Promise.all([close(), others.close()]);
  }
}

function whyNot(error: unknown): UserPoolsError {
  if (error instanceof UserPoolsError) return error;
  throw error;
}

function exitCode({ findings }: Diagnosis, isStrict: boolean): number {
  const has = (wanted: string): boolean => findings.some(({ severity }) => severity === wanted);
  if (has('problem') || (isStrict && has('warning'))) return 1;
  return has('unchecked') ? 2 : 0;
}

function terminal(): { colours: boolean; columns: number } {
  const { isTTY, columns } = process.stdout;
  return { colours: isTTY && process.stdout.hasColors(), columns: Math.min(columns ?? 80, 100) };
}
