import { regionOf } from '../cognito/user-pool.js';

/** Lists of an app client that a change may add to. */
export type ClientList =
  | 'CallbackURLs'
  | 'LogoutURLs'
  | 'AllowedOAuthFlows'
  | 'AllowedOAuthScopes'
  | 'SupportedIdentityProviders'
  | 'WriteAttributes';

/** A change that ends a finding, in the words of whoever is told: environment variables, or the cognito-idp API. */
export type Change =
  | {
      readonly kind: 'environment';
      readonly set: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'app-client';
      readonly userPoolId: string;
      readonly clientId: string;
      readonly add?: Readonly<Partial<Record<ClientList, readonly string[]>>>;
      readonly set?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'identity-provider';
      readonly userPoolId: string;
      readonly name: string;
      readonly details?: Readonly<Record<string, string>>;
      /** Pool attribute to claim; `null` takes it out. */
      readonly mapping?: Readonly<Record<string, string | null>>;
    }
  | { readonly kind: 'domain'; readonly userPoolId: string; readonly prefix: string };

/** A question to the API whose answer helps, e.g. to show a value that must be copied. */
export interface Question {
  readonly userPoolId: string;
  /** Operation of the AWS CLI. */
  readonly operation: string;
  /** Its options besides the region. */
  readonly options: Options;
}

/** By name, without the dashes; values as they are, not quoted. */
type Options = Readonly<Record<string, string>>;

/** The question as a line for a shell. */
export const questionCommand = (
  { userPoolId, operation, options }: Question,
  endpointUrl?: string,
): string => awsCommand(operation, { region: regionOf(userPoolId), ...options }, endpointUrl);

/**
 * The change as lines for a shell. An app client and an identity provider are read, changed and written back whole,
 * because what an update leaves out is reset. Needs the AWS CLI and jq.
 *
 * @param endpointUrl of the cognito-idp API, if it is not AWS's own
 */
export function commandFor(change: Change, endpointUrl?: string): string {
  const aws = (operation: string, { userPoolId }: { userPoolId: string }, options: Options) =>
    awsCommand(operation, { region: regionOf(userPoolId), ...options }, endpointUrl);
  switch (change.kind) {
    case 'environment':
      return Object.entries(change.set)
        .map(([name, value]) => `${name}=${word(value)}`)
        .join('\n');
    case 'app-client': {
      const { userPoolId, clientId } = change;
      return readModifyWrite({
        read: aws('describe-user-pool-client', change, {
          'user-pool-id': userPoolId,
          'client-id': clientId,
          query: 'UserPoolClient',
          output: 'json',
        }),
        program: [
          ...Object.entries(change.add ?? {}).map(
            ([key, value]) => `.${key} |= (. + ${json(value)} | unique)`,
          ),
          ...Object.entries(change.set ?? {}).map(([key, value]) => `.${key} = ${json(value)}`),
          'del(.ClientSecret, .CreationDate, .LastModifiedDate)',
        ],
        write: aws('update-user-pool-client', change, CHANGED),
      });
    }
    case 'identity-provider': {
      const { userPoolId, name } = change;
      return readModifyWrite({
        read: aws('describe-identity-provider', change, {
          'user-pool-id': userPoolId,
          'provider-name': name,
          query: 'IdentityProvider',
          output: 'json',
        }),
        program: [
          ...Object.entries(change.details ?? {}).map(
            ([key, value]) => `.ProviderDetails.${key} = ${json(value)}`,
          ),
          ...Object.entries(change.mapping ?? {}).map(([attribute, claim]) =>
            claim === null
              ? `del(.AttributeMapping[${json(attribute)}])`
              : `.AttributeMapping[${json(attribute)}] = ${json(claim)}`,
          ),
          'del(.ProviderType, .CreationDate, .LastModifiedDate)',
        ],
        write: aws('update-identity-provider', change, CHANGED),
      });
    }
    case 'domain':
      return aws('create-user-pool-domain', change, {
        'user-pool-id': change.userPoolId,
        domain: change.prefix,
      });
  }
}

/** What `readModifyWrite` has made of the resource. */
const CHANGED: Options = { 'cli-input-json': 'file://change.json' };

function readModifyWrite(steps: { read: string; program: string[]; write: string }): string {
  const program = steps.program.join('\n    | ').replaceAll("'", String.raw`'\''`);
  return [`${steps.read} |`, `  jq '${program}' > change.json`, steps.write].join('\n');
}

const WIDTH = 70;

/** A command over several lines, each for the shell to continue, broken before its options. */
function awsCommand(operation: string, options: Options, endpointUrl: string | undefined): string {
  const all = { ...options, ...(endpointUrl !== undefined && { 'endpoint-url': endpointUrl }) };
  const lines = [`aws cognito-idp ${operation}`];
  for (const [name, value] of Object.entries(all)) {
    const option = `--${name} ${word(value)}`;
    const line = lines.at(-1) ?? '';
    if (line.length + option.length < WIDTH) lines[lines.length - 1] = `${line} ${option}`;
    else lines.push(`  ${option}`);
  }
  return lines.join(' \\\n');
}

const json = (value: unknown): string => JSON.stringify(value);

/** One word for a shell, whatever is in it. */
export const word = (value: string): string =>
  /^[\w.:/@-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
