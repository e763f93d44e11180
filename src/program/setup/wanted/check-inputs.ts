import { ConfigError, type Problem } from '../../../errors/relying-party-error.js';
import { options } from '../../config/options.js';
import * as values from '../../config/values.js';
import { PREFIX, PREFIX_FIX, RESERVED_WORDS, type SetupInputs } from './inputs.js';

/** As written on the command line. */
export interface WrittenInputs {
  readonly baseUrl?: string | undefined;
  readonly basePath?: string | undefined;
  readonly masterName: string;
  readonly upstreamName?: string | undefined;
  readonly upstreamIssuer?: string | undefined;
  readonly upstreamClientId?: string | undefined;
  readonly upstreamClientSecretFile?: string | undefined;
  readonly label?: string | undefined;
  readonly managedLogin?: boolean | undefined;
  readonly domainPrefix?: string | undefined;
  readonly api?: boolean | undefined;
  readonly user?: string | undefined;
  readonly email?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

/** What can be said without reading a file or asking anybody. */
export type CheckedInputs = Omit<SetupInputs, 'upstream'> & {
  readonly upstream: UpstreamOptions | undefined;
};

/** Of an OpenID provider that exists; its secret is in a file, for a command line is no place for one. */
export interface UpstreamOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
}

export const DEFAULT_UPSTREAM = 'oidc-pool-2';

/** @throws {ConfigError} with everything that is wrong */
export function checkInputs(written: WrittenInputs): CheckedInputs {
  const baseUrl = options.baseUrl.schema.safeParse(written.baseUrl ?? '');
  const basePath = options.basePath.schema.safeParse(written.basePath ?? '');
  const { masterName, domainPrefix, user, email } = written;
  const { upstreamIssuer: issuer, upstreamClientId: clientId } = written;
  const { upstreamClientSecretFile: clientSecretFile } = written;
  const upstreamName = written.upstreamName ?? DEFAULT_UPSTREAM;
  const label = written.label?.trim();
  const problems = [
    ...unless(
      baseUrl.success,
      '--base-url',
      written.baseUrl === undefined
        ? 'is missing'
        : (baseUrl.error?.issues[0]?.message ?? 'is wrong'),
      options.baseUrl.fix,
    ),
    ...unless(
      basePath.success,
      '--base-path',
      basePath.error?.issues[0]?.message ?? '',
      options.basePath.fix,
    ),
    ...nameProblems(masterName, upstreamName),
    ...upstreamProblems(written),
    ...labelProblems(label),
    ...unless(
      masterName !== upstreamName,
      '--upstream-name',
      'is the name of the master pool too',
      'choose two names',
    ),
    ...prefixProblems(domainPrefix),
    ...userProblems(user, email),
    ...endpointProblems(written.endpointUrl),
  ];
  if (!baseUrl.success || !basePath.success || problems.length > 0) throw new ConfigError(problems);
  return {
    baseUrl: baseUrl.data,
    basePath: basePath.data,
    masterName,
    upstreamName,
    upstream:
      issuer !== undefined && clientId !== undefined && clientSecretFile !== undefined
        ? { issuer, clientId, clientSecretFile }
        : undefined,
    label,
    withManagedLogin: written.managedLogin ?? false,
    domainPrefix,
    withApi: written.api ?? false,
    user: user !== undefined && email !== undefined ? { username: user, email } : undefined,
  };
}

const unless = (isFine: boolean, option: string, problem: string, fix: string): Problem[] =>
  isFine ? [] : [{ option, problem, fix }];

// Neither blank nor "_", so that "Provider_sub" can be taken apart.
const PROVIDER = /^[^\s_]{3,32}$/u;
const POOL = /^[\w\s+=,.@-]{1,128}$/u;
// It is a tag's value too, which has no comma.
const TAGGABLE = /^[\p{L}\p{N}+=.:/@-]+$/u;

const nameProblems = (masterName: string, upstreamName: string): Problem[] => [
  ...unless(
    POOL.test(masterName),
    '--master-name',
    'is no name of a user pool',
    'use letters, digits and dashes',
  ),
  ...unless(
    PROVIDER.test(upstreamName) && POOL.test(upstreamName) && TAGGABLE.test(upstreamName),
    '--upstream-name',
    'is also the name of the identity provider and does not fit',
    'use 3 to 32 letters, digits and dashes, no blank and no underscore',
  ),
  ...unless(
    upstreamName.toUpperCase() !== 'COGNITO',
    '--upstream-name',
    "is what Cognito calls a pool's own users",
    'choose another name',
  ),
];

/** All of it is given, or nothing. */
function upstreamProblems({ upstreamName, user, ...written }: WrittenInputs): Problem[] {
  const { upstreamIssuer, upstreamClientId, upstreamClientSecretFile } = written;
  const parts = {
    '--upstream-issuer': upstreamIssuer,
    '--upstream-client-id': upstreamClientId,
    '--upstream-client-secret-file': upstreamClientSecretFile,
  };
  if (Object.values(parts).every((value) => value === undefined)) return [];
  return [
    ...Object.entries({ ...parts, '--upstream-name': upstreamName }).flatMap(([option, value]) =>
      unless(
        value !== undefined,
        option,
        'is missing',
        'a provider that exists needs issuer, client id, a file with the client secret, and a name',
      ),
    ),
    ...unless(
      upstreamIssuer === undefined || values.urlWithoutQuery.safeParse(upstreamIssuer).success,
      '--upstream-issuer',
      'is no issuer',
      'write it as in the discovery document, e.g. https://example.okta.com',
    ),
    ...unless(
      user === undefined,
      '--user',
      'has no second pool to be made in',
      'people are made at the provider that exists: leave it out',
    ),
  ];
}

const labelProblems = (label: string | undefined): Problem[] =>
  unless(
    label === undefined || (label !== '' && !/[\p{Cc}']/u.test(label) && label.length <= 60),
    '--label',
    'is no label',
    'write up to 60 characters that people read on a button, without quotes',
  );

function prefixProblems(prefix: string | undefined): Problem[] {
  if (prefix === undefined) return [];
  const reserved = RESERVED_WORDS.find((word) => prefix.includes(word));
  return [
    ...unless(PREFIX.test(prefix), '--domain-prefix', 'is no domain prefix', PREFIX_FIX),
    ...unless(
      reserved === undefined,
      '--domain-prefix',
      `contains "${reserved}"`,
      'AWS reserves aws, amazon and cognito',
    ),
  ];
}

const userProblems = (user: string | undefined, email: string | undefined): Problem[] => [
  ...unless(
    user === undefined || !/\s/.test(user),
    '--user',
    'contains blanks',
    'write a user name without them',
  ),
  ...unless(
    (user === undefined) === (email === undefined),
    user === undefined ? '--user' : '--email',
    'is missing',
    'give both, or neither for no first user',
  ),
  ...unless(
    email === undefined || /^[^\s@]+@[^\s@]+$/.test(email),
    '--email',
    'is no e-mail address',
    'write e.g. alice@example.com',
  ),
];

const endpointProblems = (endpointUrl: string | undefined): Problem[] =>
  unless(
    endpointUrl === undefined || (/^https?:/.test(endpointUrl) && URL.canParse(endpointUrl)),
    '--endpoint-url',
    'is not a URL',
    'write e.g. http://127.0.0.1:4000, or leave it out for AWS',
  );
