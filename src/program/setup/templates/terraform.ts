import { providersJson, type Variable } from '../wanted/variables.js';
import { dependenciesOf, desiredFor } from '../wanted/desired.js';
import { type SetupInputs, PREFIX, PREFIX_FIX, RESERVED_WORDS } from '../wanted/inputs.js';
import type { Reference, Text, Resource } from '../wanted/resources.js';

/**
 * A Terraform module of everything `setup` makes, in Terraform's JSON form (`main.tf.json`), for
 * the provider `hashicorp/aws`. What differs is what differs in the CloudFormation template: the
 * domains' prefix is a variable, and a first user gets the temporary password by e-mail.
 */
export function terraformModule(inputs: SetupInputs): string {
  const { resources, variables } = desiredFor(inputs);
  const declared: Record<string, Record<string, object>> = {};
  for (const resource of resources) {
    const needed = dependenciesOf(resource, inputs);
    const depends_on = resources
      .filter(({ id }) => needed.includes(id))
      .map(({ kind, id }) => address(kind, id));
    (declared[TYPES[resource.kind]] ??= {})[nameOf(resource.id)] = {
      ...('pool' in resource && { user_pool_id: `\${${address('user pool', resource.pool)}.id}` }),
      ...propertiesOf(resource, inputs),
      ...(depends_on.length > 0 && { depends_on }),
    };
  }
  const { upstream } = inputs;
  const module = {
    terraform: {
      // The one whose resources this was written for; rotation and styles are new in version 6.
      required_providers: { aws: { source: 'hashicorp/aws', version: '>= 6.25.0' } },
    },
    data: { aws_region: { current: {} } },
    variable: {
      domain_prefix: {
        type: 'string',
        description: "Of the master pool's domain; unique in the region",
        ...(inputs.domainPrefix !== undefined && { default: inputs.domainPrefix }),
        validation: [
          {
            condition: `\${can(regex(${JSON.stringify(PREFIX.source)}, var.domain_prefix))}`,
            error_message: sentence(PREFIX_FIX),
          },
          {
            condition: `\${!can(regex(${JSON.stringify(RESERVED_WORDS.join('|'))}, var.domain_prefix))}`,
            error_message: `AWS reserves the words ${RESERVED_WORDS.join(', ')}.`,
          },
        ],
      },
      ...(upstream && {
        upstream_client_secret: {
          type: 'string',
          sensitive: true,
          description: literal(`Of the client ${upstream.clientId} at ${upstream.issuer}`),
        },
      }),
    },
    resource: declared,
    output: outputs(variables),
  };
  return `${JSON.stringify(module, null, 2)}\n`;
}

const TYPES: Readonly<Record<Resource['kind'], string>> = {
  'user pool': 'aws_cognito_user_pool',
  domain: 'aws_cognito_user_pool_domain',
  'app client': 'aws_cognito_user_pool_client',
  'identity provider': 'aws_cognito_identity_provider',
  'resource server': 'aws_cognito_resource_server',
  style: 'aws_cognito_managed_login_branding',
  user: 'aws_cognito_user',
};

/**
 * `MasterPool` and `AllowedOAuthFlows` as Terraform writes names: `master_pool`,
 * `allowed_oauth_flows`.
 */
const nameOf = (name: string): string =>
  name
    .replace('OAuth', 'Oauth')
    .replace('URLs', 'Urls')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toLowerCase();

const address = (kind: Resource['kind'], id: string): string => `${TYPES[kind]}.${nameOf(id)}`;

function propertiesOf(resource: Resource, { upstream }: SetupInputs): object {
  switch (resource.kind) {
    case 'user pool': {
      const { PoolName, Schema = [], UserPoolTags, ...rest } = resource.properties;
      return {
        name: literal(PoolName),
        ...members(rest),
        schema: Schema.map((attribute) => ({ ...members(attribute), ...STRING_LIMITS })),
        tags: UserPoolTags,
      };
    }
    case 'domain':
      return {
        domain: resource.id === 'MasterDomain' ? PREFIX_VARIABLE : `${PREFIX_VARIABLE}-upstream`,
        managed_login_version: resource.managedLoginVersion,
      };
    case 'app client': {
      const { ClientName, ...rest } = resource.properties;
      return { name: ClientName, ...members(rest) };
    }
    case 'identity provider': {
      const { ProviderDetails, AttributeMapping, ...rest } = resource.properties;
      const details = Object.entries(ProviderDetails).map(([key, text]) => [key, write(text)]);
      return {
        ...members(rest),
        provider_details: {
          ...Object.fromEntries(details),
          ...(upstream && { client_secret: '${var.upstream_client_secret}' }),
        },
        // Cognito maps it by itself, and the next run would take it away.
        attribute_mapping: { ...AttributeMapping, username: 'sub' },
        lifecycle: { ignore_changes: DISCOVERED.map((key) => `provider_details["${key}"]`) },
      };
    }
    case 'resource server': {
      const { Scopes = [], ...rest } = resource.properties;
      return { ...members(rest), scope: Scopes.map(members) };
    }
    case 'style':
      return {
        client_id: `\${${address('app client', resource.client)}.id}`,
        use_cognito_provided_values: true,
      };
    case 'user':
      return {
        username: literal(resource.properties.Username),
        attributes: { email: literal(resource.properties.email), email_verified: 'true' },
        desired_delivery_mediums: ['EMAIL'],
      };
  }
}

/**
 * Cognito's own for a standard attribute. Terraform wants them written, or it makes the pool anew
 * each time.
 */
const STRING_LIMITS = { string_attribute_constraints: { min_length: '0', max_length: '2048' } };

/**
 * What Cognito adds by itself, from the discovery document: not to be taken away by the next run.
 */
const DISCOVERED = [
  'attributes_url',
  'attributes_url_add_attributes',
  'authorize_url',
  'jwks_uri',
  'token_url',
];

const PREFIX_VARIABLE = '${var.domain_prefix}';

/** Cognito's members under Terraform's names. */
function members(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [nameOf(key), valueOf(each)]),
  );
}

function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value === 'string' || isReference(value)) return write(value);
  return typeof value === 'object' && value !== null ? members(value) : value;
}

const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' && value !== null && 'of' in value && 'what' in value;

function write(text: Text): string {
  if (typeof text === 'string') return literal(text);
  const { of, what, path = '' } = text;
  switch (what) {
    case 'issuer':
      return `https://\${${address('user pool', of)}.endpoint}`;
    case 'clientId':
      return `\${${address('app client', of)}.id}`;
    case 'clientSecret':
      return `\${${address('app client', of)}.client_secret}`;
    case 'domainOrigin': {
      const domain = address('domain', of.replace('Pool', 'Domain'));
      return `https://\${${domain}.domain}.auth.\${data.aws_region.current.region}.amazoncognito.com${path}`;
    }
  }
}

/** As it stands, where Terraform would see a template. */
const literal = (text: string): string => text.replaceAll(/[$%](?=\{)/g, '$&$&');

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** The lines of `.env`. */
function outputs(variables: readonly Variable[]): Record<string, object> {
  return Object.fromEntries(
    variables.map(({ name, value, isSecret }) => [
      name.toLowerCase(),
      {
        value:
          typeof value === 'object' && 'provider' in value
            ? providersJson(value, write)
            : write(value),
        ...(isSecret && { sensitive: true }),
      },
    ]),
  );
}
