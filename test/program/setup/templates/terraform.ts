import type { Pools } from '../../../../src/pools/index.js';
import { atPools, call, textAt, type Json } from './call.js';

export interface Module {
  variable: Record<string, Variable>;
  resource: Record<string, Record<string, Arguments>>;
  output: Record<string, { value: string; sensitive?: boolean }>;
}

interface Variable {
  default?: string;
  sensitive?: boolean;
  validation?: { condition: string; error_message: string }[];
}

type Arguments = Record<string, Json>;

interface ResourceType {
  readonly operation: string;
  /**
   * Each argument of the provider's documentation that may be used here, and where Cognito has it.
   */
  readonly arguments: Readonly<Record<string, string | Block>>;
  /** What others may read of it. */
  readonly attributes: (answer: Json, made: Record<string, Json>) => Record<string, string>;
}

/** A nested block: one, or as many as there are. */
interface Block {
  readonly name: string;
  readonly isList?: boolean;
  readonly arguments: Readonly<Record<string, string | Block>>;
}

const type = (
  operation: string,
  args: ResourceType['arguments'],
  attributes: ResourceType['attributes'] = () => ({}),
): ResourceType => ({ operation, arguments: args, attributes });

/* As the documentation of the provider hashicorp/aws, version 6, has its resources. */
const types: Record<string, ResourceType> = {
  aws_cognito_user_pool: type(
    'CreateUserPool',
    {
      name: 'PoolName',
      deletion_protection: 'DeletionProtection',
      tags: 'UserPoolTags',
      admin_create_user_config: {
        name: 'AdminCreateUserConfig',
        arguments: { allow_admin_create_user_only: 'AllowAdminCreateUserOnly' },
      },
      username_configuration: {
        name: 'UsernameConfiguration',
        arguments: { case_sensitive: 'CaseSensitive' },
      },
      schema: {
        name: 'Schema',
        isList: true,
        arguments: {
          name: 'Name',
          attribute_data_type: 'AttributeDataType',
          mutable: 'Mutable',
          required: 'Required',
          string_attribute_constraints: {
            name: 'StringAttributeConstraints',
            arguments: { min_length: 'MinLength', max_length: 'MaxLength' },
          },
        },
      },
    },
    (answer) => {
      const id = textAt(answer, 'UserPool', 'Id');
      return { id, endpoint: `cognito-idp.eu-west-1.amazonaws.com/${id}` };
    },
  ),
  aws_cognito_user_pool_domain: type(
    'CreateUserPoolDomain',
    { user_pool_id: 'UserPoolId', domain: 'Domain', managed_login_version: 'ManagedLoginVersion' },
    (_answer, { Domain }) => ({ domain: Domain as string }),
  ),
  aws_cognito_user_pool_client: type(
    'CreateUserPoolClient',
    {
      user_pool_id: 'UserPoolId',
      name: 'ClientName',
      generate_secret: 'GenerateSecret',
      allowed_oauth_flows_user_pool_client: 'AllowedOAuthFlowsUserPoolClient',
      allowed_oauth_flows: 'AllowedOAuthFlows',
      allowed_oauth_scopes: 'AllowedOAuthScopes',
      callback_urls: 'CallbackURLs',
      logout_urls: 'LogoutURLs',
      supported_identity_providers: 'SupportedIdentityProviders',
      explicit_auth_flows: 'ExplicitAuthFlows',
      enable_token_revocation: 'EnableTokenRevocation',
      prevent_user_existence_errors: 'PreventUserExistenceErrors',
      refresh_token_rotation: {
        name: 'RefreshTokenRotation',
        arguments: {
          feature: 'Feature',
          retry_grace_period_seconds: 'RetryGracePeriodSeconds',
        },
      },
    },
    (answer) => ({
      id: textAt(answer, 'UserPoolClient', 'ClientId'),
      client_secret: textAt(answer, 'UserPoolClient', 'ClientSecret'),
    }),
  ),
  aws_cognito_identity_provider: type('CreateIdentityProvider', {
    user_pool_id: 'UserPoolId',
    provider_name: 'ProviderName',
    provider_type: 'ProviderType',
    provider_details: 'ProviderDetails',
    attribute_mapping: 'AttributeMapping',
  }),
  aws_cognito_resource_server: type('CreateResourceServer', {
    user_pool_id: 'UserPoolId',
    identifier: 'Identifier',
    name: 'Name',
    scope: {
      name: 'Scopes',
      isList: true,
      arguments: { scope_name: 'ScopeName', scope_description: 'ScopeDescription' },
    },
  }),
  aws_cognito_managed_login_branding: type('CreateManagedLoginBranding', {
    user_pool_id: 'UserPoolId',
    client_id: 'ClientId',
    use_cognito_provided_values: 'UseCognitoProvidedValues',
  }),
  aws_cognito_user: type('AdminCreateUser', {
    user_pool_id: 'UserPoolId',
    username: 'Username',
    desired_delivery_mediums: 'DesiredDeliveryMediums',
    attributes: 'UserAttributes',
  }),
};

const typesByName = new Map(Object.entries(types));

/**
 * Terraform in small: `apply` of a module in the JSON form.
 *
 * @returns the outputs
 * @throws when a variable has no value or one that is refused, an argument or reference does not
 *   exist, the pools refuse a resource
 */
export async function applyModule(
  module: Module,
  pools: Pools,
  given: Record<string, string> = {},
): Promise<Record<string, string>> {
  const known = new Map<string, string>([['data.aws_region.current.region', 'eu-west-1']]);
  for (const [name, variable] of Object.entries(module.variable)) {
    const value = given[name] ?? variable.default;
    if (value === undefined) throw new Error(`No value for required variable: ${name}`);
    known.set(`var.${name}`, value);
    for (const { condition, error_message } of variable.validation ?? []) {
      if (!holds(condition, known)) throw new Error(`Invalid value for variable: ${error_message}`);
    }
  }
  const text = (template: string): string => {
    const filled = template.replaceAll(
      /([$%])\1\{|\$\{([^}]*)\}/g,
      (_whole, sign: string | undefined, reference: string) =>
        sign === undefined ? must(known, reference) : `${sign}{`,
    );
    return atPools(filled, pools);
  };
  const waiting = new Map<string, { kind: string; args: Arguments }>(
    Object.entries(module.resource).flatMap(([kind, resources]) =>
      Object.entries(resources).map(([name, args]) => [`${kind}.${name}`, { kind, args }] as const),
    ),
  );
  while (waiting.size > 0) {
    const isReady = ({ args }: { args: Arguments }): boolean =>
      namedIn(args).every((address) => !waiting.has(address));
    const next = [...waiting].findLast(([, resource]) => isReady(resource));
    if (next === undefined) throw new Error('Cycle');
    const [address, { kind, args }] = next;
    const { operation, arguments: possible, attributes } = must(typesByName, kind);
    const { depends_on: _order, lifecycle: _lifecycle, ...own } = args;
    const request = named(own, possible, text);
    if (kind === 'aws_cognito_user') request['UserAttributes'] = asList(request['UserAttributes']);
    const answer = await call(pools, operation, request);
    for (const [name, value] of Object.entries(attributes(answer, request))) {
      known.set(`${address}.${name}`, value);
    }
    waiting.delete(address);
  }
  return Object.fromEntries(
    Object.entries(module.output).map(([name, { value }]) => [name, text(value)]),
  );
}

function must<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`Reference to undeclared or unmade: ${key}`);
  return value;
}

/** The two forms of a condition that our module has. */
function holds(condition: string, known: ReadonlyMap<string, string>): boolean {
  const [, not, pattern, reference] =
    /^\$\{(!?)can\(regex\(("(?:[^"\\]|\\.)*"), ([\w.]+)\)\)\}$/.exec(condition) ?? [];
  if (pattern === undefined || reference === undefined) throw new Error(`unread: ${condition}`);
  const isMatch = new RegExp(JSON.parse(pattern) as string).test(must(known, reference));
  return isMatch === (not === '');
}

/** The addresses of resources that arguments name, by a reference or in `depends_on`. */
function namedIn(args: Arguments): string[] {
  const order = (args['depends_on'] ?? []) as string[];
  const references = JSON.stringify(args).matchAll(/(?<!\$)\$\{(aws_\w+\.\w+)\.\w+\}/g);
  return [...order, ...[...references].map(([, address = '']) => address)];
}

/** Arguments under Cognito's names. A map (tags, details) keeps its keys. */
function named(
  args: Arguments,
  known: ResourceType['arguments'],
  text: (template: string) => string,
): Record<string, Json> {
  const filled = (value: Json): Json => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each)]));
  };
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => {
      const to = known[key];
      if (to === undefined) throw new Error(`Unsupported argument: ${key}`);
      if (typeof to === 'string') return [to, filled(value)];
      const blocks = (Array.isArray(value) ? value : [value]) as Arguments[];
      const each = blocks.map((block) => named(block, to.arguments, text));
      if (to.isList !== true && each.length !== 1) throw new Error(`Too many blocks: ${key}`);
      return [to.name, to.isList === true ? each : each[0]!];
    }),
  );
}

const asList = (map: Json | undefined): Json =>
  Object.entries(map ?? {}).map(([Name, Value]) => ({ Name, Value }));
