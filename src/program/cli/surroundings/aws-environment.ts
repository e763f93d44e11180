import { type Environment, firstSet } from '../../config/from-environment.js';
import { ConfigError } from '../../../errors/config-error.js';

/** As AWS names its regions, and as they stand in the host that a secret is sent to. */
const REGION = /^[a-z\d]+(?:-[a-z\d]+)*$/;
const REGION_VARIABLES = ['AWS_REGION', 'AWS_DEFAULT_REGION'];

/**
 * @param written by --region
 * @returns the region that is given; `undefined` where the SDK shall look for one
 * @throws {ConfigError} naming what gave a region that is none
 */
export function regionFrom(
  environment: Environment,
  written: string | undefined,
): string | undefined {
  const given = { '--region': written, ...environment };
  const option = ['--region', ...REGION_VARIABLES].find((name) => firstSet(given, name));
  if (option === undefined) return undefined;
  const region = firstSet(given, option);
  if (region === undefined || REGION.test(region)) return region;
  const fix = 'write one in lower-case letters, digits and hyphens, e.g. eu-west-1';
  throw new ConfigError([{ option, problem: 'is no AWS region', fix }]);
}

/** As every AWS SDK reads it. */
export const endpointFrom = (environment: Environment): string | undefined =>
  firstSet(environment, 'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER', 'AWS_ENDPOINT_URL');

/**
 * The SDK takes an empty variable of these for a value, and then says that it is wrong or looks no
 * further.
 */
export function withoutEmptyAws(environment: Record<string, string | undefined>): void {
  for (const name of Object.keys(environment)) {
    const isEmpty = firstSet(environment, name) === undefined;
    if (name.startsWith('AWS_') && isEmpty) delete environment[name];
  }
}
