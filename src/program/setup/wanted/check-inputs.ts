import { ConfigError, type Problem } from '../../../errors/config-error.js';
import { options } from '../../config/options/settings.js';
import * as values from '../../config/options/values.js';
import { PREFIX, PREFIX_FIX, RESERVED_WORDS, type SetupInputs } from './inputs.js';

/** As written on the command line. */
export interface WrittenInputs {
  readonly baseUrl?: string | undefined;
  readonly basePath?: string | undefined;
  readonly masterName: string;
  readonly upstreamName?: string;
  readonly upstreamIssuer?: string;
  readonly upstreamClientId?: string;
  readonly upstreamClientSecretFile?: string;
  readonly label?: string | undefined;
  readonly managedLogin?: boolean;
  readonly domainPrefix?: string;
  readonly api?: boolean;
  readonly user?: string;
  readonly email?: string;
  readonly endpointUrl?: string | undefined;
}

/** What can be said without reading a file or asking anybody. */
export type CheckedInputs = Omit<SetupInputs, 'upstream'> & {
  readonly upstream: UpstreamOptions | undefined;
};

/**
 * Of an OpenID provider that exists; its secret is in a file, for a command line is no place for
 * one.
 */
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
  const { masterName, domainPrefix, user, email, endpointUrl } = written;
  const upstreamName = written.upstreamName ?? DEFAULT_UPSTREAM;
  const label = written.label?.trim();
  const rules: Rule[] = [
    [
      baseUrl.success,
      '--base-url',
      written.baseUrl === undefined
        ? 'is missing'
        : (baseUrl.error?.issues[0]?.message ?? 'is wrong'),
      options.baseUrl.fix,
    ],
    [
      basePath.success,
      '--base-path',
      basePath.error?.issues[0]?.message ?? '',
      options.basePath.fix,
    ],
    ...rulesOfNames(masterName, upstreamName),
    ...rulesOfUpstream(written),
    [
      label === undefined || (label !== '' && !/[\p{Cc}']/u.test(label) && label.length <= 60),
      '--label',
      'is no label',
      'write up to 60 characters that people read on a button, without quotes',
    ],
    [
      masterName !== upstreamName,
      '--upstream-name',
      'is the name of the master pool too',
      'choose two names',
    ],
    ...rulesOfPrefix(domainPrefix),
    ...rulesOfUser(written),
    [
      endpointUrl === undefined || (/^https?:/.test(endpointUrl) && URL.canParse(endpointUrl)),
      '--endpoint-url',
      'is not a URL',
      'write e.g. http://127.0.0.1:4000, or leave it out for AWS',
    ],
  ];
  const problems = problemsBy(rules);
  if (!baseUrl.success || !basePath.success || problems.length > 0) throw new ConfigError(problems);
  return {
    baseUrl: baseUrl.data,
    basePath: basePath.data,
    masterName,
    upstreamName,
    upstream: upstreamIn(written),
    label,
    withManagedLogin: written.managedLogin ?? false,
    domainPrefix,
    withApi: written.api ?? false,
    user: user !== undefined && email !== undefined ? { username: user, email } : undefined,
  };
}

const upstreamIn = ({
  upstreamIssuer: issuer,
  upstreamClientId: clientId,
  upstreamClientSecretFile: clientSecretFile,
}: WrittenInputs): UpstreamOptions | undefined =>
  issuer !== undefined && clientId !== undefined && clientSecretFile !== undefined
    ? { issuer, clientId, clientSecretFile }
    : undefined;

type Rule = readonly [isFine: boolean, option: string, problem: string, fix: string];

const problemsBy = (rules: readonly Rule[]): Problem[] =>
  rules.filter(([isFine]) => !isFine).map(([, option, problem, fix]) => ({ option, problem, fix }));

// Neither blank nor "_", so that "Provider_sub" can be taken apart.
const PROVIDER = /^[^\s_]{3,32}$/u;
const POOL = /^[\w\s+=,.@-]{1,128}$/u;
// It is a tag's value too, which has no comma.
const TAGGABLE = /^[\p{L}\p{N}+=.:/@-]+$/u;

const rulesOfNames = (masterName: string, upstreamName: string): Rule[] => [
  [
    POOL.test(masterName),
    '--master-name',
    'is no name of a user pool',
    'use letters, digits and dashes',
  ],
  [
    PROVIDER.test(upstreamName) && POOL.test(upstreamName) && TAGGABLE.test(upstreamName),
    '--upstream-name',
    'is also the name of the identity provider and does not fit',
    'use 3 to 32 letters, digits and dashes, no blank and no underscore',
  ],
  [
    upstreamName.toUpperCase() !== 'COGNITO',
    '--upstream-name',
    "is what Cognito calls a pool's own users",
    'choose another name',
  ],
];

/** All of it is given, or nothing. */
function rulesOfUpstream({ upstreamName, user, ...written }: WrittenInputs): Rule[] {
  const parts = {
    '--upstream-issuer': written.upstreamIssuer,
    '--upstream-client-id': written.upstreamClientId,
    '--upstream-client-secret-file': written.upstreamClientSecretFile,
  };
  if (Object.values(parts).every((value) => value === undefined)) return [];
  const { '--upstream-issuer': issuer } = parts;
  return [
    ...Object.entries({ ...parts, '--upstream-name': upstreamName }).map(
      ([option, value]): Rule => [
        value !== undefined,
        option,
        'is missing',
        'a provider that exists needs issuer, client id, a file with the client secret, and a name',
      ],
    ),
    [
      issuer === undefined || values.urlWithoutQuery.safeParse(issuer).success,
      '--upstream-issuer',
      'is no issuer',
      'write it as in the discovery document, e.g. https://example.okta.com',
    ],
    [
      user === undefined,
      '--user',
      'has no second pool to be made in',
      'people are made at the provider that exists: leave it out',
    ],
  ];
}

function rulesOfPrefix(prefix: string | undefined): Rule[] {
  const reserved = RESERVED_WORDS.find((word) => prefix?.includes(word));
  return [
    [
      prefix === undefined || PREFIX.test(prefix),
      '--domain-prefix',
      'is no domain prefix',
      PREFIX_FIX,
    ],
    [
      reserved === undefined,
      '--domain-prefix',
      `contains "${reserved}"`,
      'AWS reserves aws, amazon and cognito',
    ],
  ];
}

const rulesOfUser = ({ user, email }: WrittenInputs): Rule[] => [
  [
    user === undefined || !/\s/.test(user),
    '--user',
    'contains blanks',
    'write a user name without them',
  ],
  [
    (user === undefined) === (email === undefined),
    user === undefined ? '--user' : '--email',
    'is missing',
    'give both, or neither for no first user',
  ],
  [
    email === undefined || /^[^\s@]+@[^\s@]+$/.test(email),
    '--email',
    'is no e-mail address',
    'write e.g. alice@example.com',
  ],
];
