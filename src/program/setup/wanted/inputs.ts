import { options } from '../../config/options.js';
import * as values from '../../config/values.js';
import { ConfigError, type Problem } from '../../../errors/relying-party-error.js';
import type { ExistingUpstream, SetupInputs } from './desired.js';
import { PREFIX, PREFIX_FIX, RESERVED_WORDS } from '../domain-prefix.js';

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

// Neither blank nor "_", so that "Provider_sub" can be taken apart.
const PROVIDER = /^[^\s_]{3,32}$/u;
const POOL = /^[\w\s+=,.@-]{1,128}$/u;
// It is a tag's value too, which has no comma.
const TAGGABLE = /^[\p{L}\p{N}+=.:/@-]+$/u;

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

export const withUpstream = (
  inputs: CheckedInputs,
  upstream: ExistingUpstream | undefined,
): SetupInputs => ({ ...inputs, upstream });

export const DEFAULT_UPSTREAM = 'oidc-pool-2';

/** @throws {ConfigError} with everything that is wrong */
export function checkedInputs(written: WrittenInputs): CheckedInputs {
  const problems: Problem[] = [];
  const check = (isFine: boolean, option: string, problem: string, fix: string): void => {
    if (!isFine) problems.push({ option, problem, fix });
  };
  const { masterName, domainPrefix, user, email, endpointUrl } = written;
  const { upstreamIssuer, upstreamClientId, upstreamClientSecretFile } = written;
  const upstreamName = written.upstreamName ?? DEFAULT_UPSTREAM;
  const label = written.label?.trim();
  const baseUrl = options.baseUrl.schema.safeParse(written.baseUrl ?? '');
  const basePath = options.basePath.schema.safeParse(written.basePath ?? '');
  const reserved = RESERVED_WORDS.find((word) => domainPrefix?.includes(word));

  check(
    baseUrl.success,
    '--base-url',
    written.baseUrl === undefined
      ? 'is missing'
      : (baseUrl.error?.issues[0]?.message ?? 'is wrong'),
    options.baseUrl.fix,
  );
  check(
    basePath.success,
    '--base-path',
    basePath.error?.issues[0]?.message ?? '',
    options.basePath.fix,
  );
  check(
    POOL.test(masterName),
    '--master-name',
    'is no name of a user pool',
    'use letters, digits and dashes',
  );
  check(
    PROVIDER.test(upstreamName) && POOL.test(upstreamName) && TAGGABLE.test(upstreamName),
    '--upstream-name',
    'is also the name of the identity provider and does not fit',
    'use 3 to 32 letters, digits and dashes, no blank and no underscore',
  );
  check(
    upstreamName.toUpperCase() !== 'COGNITO',
    '--upstream-name',
    "is what Cognito calls a pool's own users",
    'choose another name',
  );
  const upstreamOptions = {
    '--upstream-issuer': upstreamIssuer,
    '--upstream-client-id': upstreamClientId,
    '--upstream-client-secret-file': upstreamClientSecretFile,
    '--upstream-name': written.upstreamName,
  };
  const isUpstreamGiven =
    upstreamIssuer !== undefined ||
    upstreamClientId !== undefined ||
    upstreamClientSecretFile !== undefined;
  for (const [option, value] of Object.entries(upstreamOptions)) {
    check(
      !isUpstreamGiven || value !== undefined,
      option,
      'is missing',
      'a provider that exists needs issuer, client id, a file with the client secret, and a name',
    );
  }
  check(
    upstreamIssuer === undefined || values.urlWithoutQuery.safeParse(upstreamIssuer).success,
    '--upstream-issuer',
    'is no issuer',
    'write it as in the discovery document, e.g. https://example.okta.com',
  );
  check(
    !isUpstreamGiven || user === undefined,
    '--user',
    'has no second pool to be made in',
    'people are made at the provider that exists: leave it out',
  );
  check(
    label === undefined || (label !== '' && !/[\p{Cc}']/u.test(label) && label.length <= 60),
    '--label',
    'is no label',
    'write up to 60 characters that people read on a button, without quotes',
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
    PREFIX_FIX,
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
  if (!baseUrl.success || !basePath.success || problems.length > 0) throw new ConfigError(problems);
  return {
    baseUrl: baseUrl.data,
    basePath: basePath.data,
    masterName,
    upstreamName,
    upstream:
      upstreamIssuer !== undefined &&
      upstreamClientId !== undefined &&
      upstreamClientSecretFile !== undefined
        ? {
            issuer: upstreamIssuer,
            clientId: upstreamClientId,
            clientSecretFile: upstreamClientSecretFile,
          }
        : undefined,
    label,
    withManagedLogin: written.managedLogin ?? false,
    domainPrefix,
    withApi: written.api ?? false,
    user: user !== undefined && email !== undefined ? { username: user, email } : undefined,
  };
}
