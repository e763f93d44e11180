import { regionOf } from '../../../cognito/user-pool.js';
import { shellWord } from '../../config/shell-word.js';
import type { Change, Options, Question } from './change.js';

/** The question as a line for a shell. */
export const questionCommand = (
  { userPoolId, operation, options }: Question,
  endpointUrl?: string,
): string => awsCommand(operation, { region: regionOf(userPoolId), ...options }, endpointUrl);

/**
 * The change as lines for a shell. An app client and an identity provider are read, changed and
 * written back whole, because what an update leaves out is reset. Needs the AWS CLI and jq. A
 * secret that is read gets into no file, no argument and no history, and of the answer, which would
 * show it, only a time is printed.
 *
 * @param endpointUrl of the cognito-idp API, if it is not AWS's own
 */
export function commandFor(change: Change, endpointUrl?: string): string {
  const aws: Aws = (operation, { userPoolId }, options) =>
    awsCommand(operation, { region: regionOf(userPoolId), ...options }, endpointUrl);
  switch (change.kind) {
    case 'environment':
      return Object.entries(change.set)
        .map(([name, value]) => `${name}=${shellWord(value)}`)
        .join('\n');
    case 'app-client':
      return clientCommand(change, aws);
    case 'identity-provider':
      return providerCommand(change, aws);
    case 'domain':
      return aws('create-user-pool-domain', change, {
        'user-pool-id': change.userPoolId,
        domain: change.prefix,
      });
    case 'client-secret':
      return aws('add-user-pool-client-secret', change, {
        'user-pool-id': change.userPoolId,
        'client-id': change.clientId,
        query: NEW_SECRET,
        output: 'text',
      });
  }
}

type Aws = (operation: string, of: { readonly userPoolId: string }, options: Options) => string;
type ChangeOf<Kind> = Change & { readonly kind: Kind };

function clientCommand(change: ChangeOf<'app-client'>, aws: Aws): string {
  const read = aws('describe-user-pool-client', change, {
    'user-pool-id': change.userPoolId,
    'client-id': change.clientId,
    query: 'UserPoolClient',
    output: 'json',
  });
  const program = jq([
    ...Object.entries(change.add ?? {}).map(
      ([key, value]) => `.${key} |= (. + ${json(value)} | unique)`,
    ),
    ...Object.entries(change.set ?? {}).map(([key, value]) => `.${key} = ${json(value)}`),
    'del(.ClientSecret, .ClientType)',
    'del(.CreationDate, .LastModifiedDate)',
  ]);
  const write = aws('update-user-pool-client', change, {
    query: 'UserPoolClient.LastModifiedDate',
  });
  return `client=$(${read} |\n  ${program}) &&\n${write} \\\n  --cli-input-json "$client"`;
}

function providerCommand(change: ChangeOf<'identity-provider'>, aws: Aws): string {
  const { userPoolId, name, secretOf } = change;
  const read = aws('describe-identity-provider', change, {
    'user-pool-id': userPoolId,
    'provider-name': name,
    query: 'IdentityProvider',
    output: 'json',
  });
  const readSecret = secretOf && secretCommand(secretOf, aws);
  const write = aws('update-identity-provider', change, {
    'provider-details': 'file:///dev/stdin',
    query: 'IdentityProvider.LastModifiedDate',
  });
  // The details, with the secret, come through the pipe: what is in an argument every user of the
  // machine can see.
  return [
    `(provider=$(${readSecret === undefined ? read : `{\n${read} &&\n${readSecret}\n}`} |`,
    `  ${providerProgram(change)}) &&`,
    `printf %s "$provider" | jq .ProviderDetails |`,
    `${write} \\`,
    `  --cli-input-json "$(printf %s "$provider" | jq 'del(.ProviderDetails)')")`,
  ].join('\n');
}

const secretCommand = (
  secretOf: NonNullable<ChangeOf<'identity-provider'>['secretOf']>,
  aws: Aws,
): string =>
  aws(secretOf.isNew ? 'add-user-pool-client-secret' : 'describe-user-pool-client', secretOf, {
    'user-pool-id': secretOf.userPoolId,
    'client-id': secretOf.clientId,
    query: secretOf.isNew ? NEW_SECRET : 'UserPoolClient.ClientSecret',
    output: 'json',
  });

function providerProgram({ details, mapping, secretOf }: ChangeOf<'identity-provider'>): string {
  const takeSecret = [
    // Without one nothing may be written.
    '(.[1] // error("no secret")) as $secret',
    '.[0]',
    '.ProviderDetails.client_secret = $secret',
  ];
  const steps = [
    ...(secretOf ? takeSecret : []),
    ...Object.entries(details ?? {}).map(
      ([key, value]) => `.ProviderDetails.${key} = ${json(value)}`,
    ),
    ...Object.entries(mapping ?? {}).map(([attribute, claim]) =>
      claim === null
        ? `del(.AttributeMapping[${json(attribute)}])`
        : `.AttributeMapping[${json(attribute)}] = ${json(claim)}`,
    ),
    'del(.ProviderType, .CreationDate, .LastModifiedDate)',
  ];
  return jq(steps, secretOf && '--slurp');
}

/** Where the answer has a secret that was made. */
const NEW_SECRET = 'ClientSecretDescriptor.ClientSecretValue';

/** A program of jq, as one word for a shell. */
function jq(steps: readonly string[], option = ''): string {
  const program = steps.join('\n    | ').replaceAll("'", String.raw`'\''`);
  return ['jq', option, `'${program}'`].filter((each) => each !== '').join(' ');
}

const WIDTH = 70;

/** A command over several lines, each for the shell to continue, broken before its options. */
function awsCommand(operation: string, given: Options, endpointUrl: string | undefined): string {
  const options = withoutAddresses(given);
  const all = { ...options, ...(endpointUrl !== undefined && { 'endpoint-url': endpointUrl }) };
  const lines = [`aws cognito-idp ${operation}`];
  for (const [name, value] of Object.entries(all)) {
    const option = `--${name} ${shellWord(value)}`;
    const line = lines.at(-1) ?? '';
    if (line.length + option.length < WIDTH) lines[lines.length - 1] = `${line} ${option}`;
    else lines.push(`  ${option}`);
  }
  return lines.join(' \\\n');
}

/**
 * The AWS CLI reads a value that begins with `file://`, its version 1 also one with `http://` or
 * `https://`, as the place of the value. In JSON it is left alone.
 */
function withoutAddresses(options: Options): Options {
  const isAddress = ([name, value]: [string, string]): boolean =>
    !['cli-input-json', 'provider-details'].includes(name) && /^(?:https?|fileb?):\/\//.test(value);
  const [addresses, others] = [true, false].map((wanted) =>
    Object.entries(options).filter((entry) => isAddress(entry) === wanted),
  ) as [[string, string][], [string, string][]];
  if (addresses.length === 0) return options;
  const members = addresses.map(([name, value]) => [memberOf(name), value]);
  return { ...Object.fromEntries(others), 'cli-input-json': json(Object.fromEntries(members)) };
}

/** `provider-name` as the API calls it: `ProviderName`. */
const memberOf = (option: string): string =>
  option.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

const json = (value: unknown): string => JSON.stringify(value);
