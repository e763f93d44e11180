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
  /** Operation and options of the AWS CLI, without the region. */
  readonly operation: string;
}

/** The question as a line for a shell. */
export const questionCommand = (question: Question, endpointUrl?: string): string =>
  folded(awsCommand(endpointUrl, `${question.operation} ${inRegion(question)}`));

/**
 * The change as lines for a shell. An app client and an identity provider are read, changed and written back whole,
 * because what an update leaves out is reset. Needs the AWS CLI and jq.
 *
 * @param endpointUrl of the cognito-idp API, if it is not AWS's own
 */
export function commandFor(change: Change, endpointUrl?: string): string {
  const aws = (command: string): string => awsCommand(endpointUrl, command);
  switch (change.kind) {
    case 'environment':
      return Object.entries(change.set)
        .map(([name, value]) => `${name}=${word(value)}`)
        .join('\n');
    case 'app-client': {
      const ids = `--user-pool-id ${change.userPoolId} --client-id ${word(change.clientId)}`;
      return readModifyWrite({
        read: aws(`describe-user-pool-client ${inRegion(change)} ${ids} --query UserPoolClient`),
        program: [
          ...Object.entries(change.add ?? {}).map(
            ([key, value]) => `.${key} |= (. + ${json(value)} | unique)`,
          ),
          ...Object.entries(change.set ?? {}).map(([key, value]) => `.${key} = ${json(value)}`),
          'del(.ClientSecret, .CreationDate, .LastModifiedDate)',
        ],
        write: aws(`update-user-pool-client ${inRegion(change)}`),
      });
    }
    case 'identity-provider': {
      const ids = `--user-pool-id ${change.userPoolId} --provider-name ${word(change.name)}`;
      return readModifyWrite({
        read: aws(`describe-identity-provider ${inRegion(change)} ${ids} --query IdentityProvider`),
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
        write: aws(`update-identity-provider ${inRegion(change)}`),
      });
    }
    case 'domain':
      return folded(
        aws(
          `create-user-pool-domain ${inRegion(change)} --user-pool-id ${change.userPoolId} --domain ${word(change.prefix)}`,
        ),
      );
  }
}

function readModifyWrite(steps: { read: string; program: string[]; write: string }): string {
  const program = steps.program.join('\n    | ').replaceAll("'", String.raw`'\''`);
  return [
    `${folded(`${steps.read} --output json`)} |`,
    `  jq '${program}' > change.json`,
    folded(`${steps.write} --cli-input-json file://change.json`),
  ].join('\n');
}

const awsCommand = (endpointUrl: string | undefined, command: string): string =>
  `aws cognito-idp ${command}${endpointUrl === undefined ? '' : ` --endpoint-url ${endpointUrl}`}`;

const WIDTH = 70;

/** A command over several lines, each for the shell to continue, broken before its options. */
function folded(command: string): string {
  const [first = '', ...options] = command.split(/ (?=--)/);
  const lines = [first];
  for (const option of options) {
    const line = lines.at(-1) ?? '';
    if (line.length + option.length < WIDTH) lines[lines.length - 1] = `${line} ${option}`;
    else lines.push(`  ${option}`);
  }
  return lines.join(' \\\n');
}

const inRegion = ({ userPoolId }: { userPoolId: string }): string =>
  `--region ${regionOf(userPoolId)}`;

const json = (value: unknown): string => JSON.stringify(value);

/** One word for a shell, whatever is in it. */
const word = (value: string): string =>
  /^[\w.:/@-]*$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
