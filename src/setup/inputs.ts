import { options } from '../config/options.js';
import { ConfigError, type Problem } from '../errors.js';
import type { SetupInputs } from './desired.js';

/** As written on the command line. */
export interface WrittenInputs {
  readonly baseUrl?: string | undefined;
  readonly masterName: string;
  readonly upstreamName: string;
  readonly domainPrefix?: string | undefined;
  readonly api?: boolean | undefined;
  readonly user?: string | undefined;
  readonly email?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

// Cognito's limit is 63, and the second domain has "-upstream" behind it.
const PREFIX = /^[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?$/;
// Neither blank nor "_", so that "Provider_sub" can be taken apart.
const PROVIDER = /^[^\s_]{3,32}$/u;
const POOL = /^[\w\s+=,.@-]{1,128}$/u;

/** @throws {ConfigError} with everything that is wrong */
export function checkedInputs(written: WrittenInputs): SetupInputs {
  const problems: Problem[] = [];
  const check = (isFine: boolean, option: string, problem: string, fix: string): void => {
    if (!isFine) problems.push({ option, problem, fix });
  };
  const { masterName, upstreamName, domainPrefix, user, email, endpointUrl } = written;
  const baseUrl = options.baseUrl.schema.safeParse(written.baseUrl ?? '');
  const reserved = ['aws', 'amazon', 'cognito'].find((word) => domainPrefix?.includes(word));

  check(
    baseUrl.success,
    '--base-url',
    written.baseUrl === undefined
      ? 'is missing'
      : (baseUrl.error?.issues[0]?.message ?? 'is wrong'),
    options.baseUrl.fix,
  );
  check(
    POOL.test(masterName),
    '--master-name',
    'is no name of a user pool',
    'use letters, digits and dashes',
  );
  check(
    PROVIDER.test(upstreamName) && POOL.test(upstreamName),
    '--upstream-name',
    'is also the name of the identity provider and does not fit',
    'use 3 to 32 letters, digits and dashes, no blank and no underscore',
  );
  check(
    masterName !== upstreamName,
    '--upstream-name',
    'is the name of the master pool too',
    'choose two names',
  );
  check(
    domainPrefix === undefined || PREFIX.test(domainPrefix),
    '--domain-prefix',
    'is no domain prefix',
    'use up to 54 lower-case letters, digits and dashes, no dash at either end',
  );
  check(
    reserved === undefined,
    '--domain-prefix',
    `contains "${reserved}"`,
    'AWS reserves aws, amazon and cognito',
  );
  check(
    user === undefined || !/\s/.test(user),
    '--user',
    'contains blanks',
    'write a user name without them',
  );
  check(
    (user === undefined) === (email === undefined),
    user === undefined ? '--user' : '--email',
    'is missing',
    'give both, or neither for no first user',
  );
  check(
    email === undefined || /^[^\s@]+@[^\s@]+$/.test(email),
    '--email',
    'is no e-mail address',
    'write e.g. alice@example.com',
  );
  check(
    endpointUrl === undefined || (/^https?:/.test(endpointUrl) && URL.canParse(endpointUrl)),
    '--endpoint-url',
    'is not a URL',
    'write e.g. http://127.0.0.1:4000, or leave it out for AWS',
  );
  if (!baseUrl.success || problems.length > 0) throw new ConfigError(problems);
  return {
    baseUrl: baseUrl.data,
    masterName,
    upstreamName,
    domainPrefix,
    withApi: written.api ?? false,
    user: user !== undefined && email !== undefined ? { username: user, email } : undefined,
  };
}
