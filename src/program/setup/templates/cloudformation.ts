import { stringify } from 'yaml';
import { providersJson, type Variable } from '../wanted/variables.js';
import { dependenciesOf, desiredFor } from '../wanted/desired.js';
import { type SetupInputs, PREFIX, PREFIX_FIX, RESERVED_WORDS } from '../wanted/inputs.js';
import type { Reference, Text, Resource } from '../wanted/resources.js';

/** A template as CloudFormation takes it, with intrinsic functions in their long form. */
export interface Template {
  readonly AWSTemplateFormatVersion: string;
  readonly Description: string;
  readonly Parameters: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly Resources: Readonly<Record<string, Declaration>>;
  readonly Outputs: Readonly<Record<string, Output>>;
}

interface Declaration {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}

interface Output {
  readonly Description: string;
  readonly Value: Json;
}

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** The template in YAML. */
export const cloudFormationYaml = (inputs: SetupInputs): string =>
  stringify(cloudFormationTemplate(inputs), { lineWidth: 0, aliasDuplicateObjects: false });

/**
 * A CloudFormation template of everything `setup` makes.
 *
 * Two things differ, for CloudFormation cannot do them: the domains are made from a parameter and
 * not from the pools' ids, and a first user gets the temporary password by e-mail.
 */
export function cloudFormationTemplate(inputs: SetupInputs): Template {
  const { resources, variables } = desiredFor(inputs);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Two joined user pools for ${inputs.baseUrl}: ${inputs.masterName} federates to ${inputs.upstreamName}.`,
    Parameters: {
      DomainPrefix: {
        Type: 'String',
        Description: "Of the master pool's domain; unique in the region",
        AllowedPattern: PREFIX.source.replace('^', `^(?!.*(?:${RESERVED_WORDS.join('|')}))`),
        ConstraintDescription: PREFIX_FIX,
        ...(inputs.domainPrefix !== undefined && { Default: inputs.domainPrefix }),
      },
      ...(inputs.upstream && {
        UpstreamClientSecret: {
          Type: 'String',
          NoEcho: true,
          Description: `Of the client ${inputs.upstream.clientId} at ${inputs.upstream.issuer}`,
        },
      }),
    },
    Resources: Object.fromEntries(
      resources.map((resource) => [resource.id, declaration(resource, inputs)]),
    ),
    Outputs: outputs(variables),
  };
}
const ref = (id: string): Json => ({ Ref: id });
const attribute = (id: string, name: string): Json => ({ 'Fn::GetAtt': [id, name] });

const prefixes = { MasterDomain: '${DomainPrefix}', UpstreamDomain: '${DomainPrefix}-upstream' };

const originOf = (prefix: string): string =>
  `https://${prefix}.auth.\${AWS::Region}.amazoncognito.com`;

function intrinsic(text: Text): Json {
  if (typeof text === 'string') return text;
  switch (text.what) {
    case 'issuer':
      return attribute(text.of, 'ProviderURL');
    case 'clientId':
      return ref(text.of);
    case 'clientSecret':
      return attribute(text.of, 'ClientSecret');
    case 'domainOrigin':
      return { 'Fn::Sub': originOf(prefixFor(text)) + (text.path ?? '') };
  }
}

const prefixFor = ({ of }: Reference): string =>
  of === 'MasterPool' ? prefixes.MasterDomain : prefixes.UpstreamDomain;

function declaration(resource: Resource, inputs: SetupInputs): Declaration {
  const DependsOn = dependenciesOf(resource, inputs);
  return {
    Type: `AWS::Cognito::${TYPES[resource.kind]}`,
    ...(DependsOn.length > 0 && { DependsOn }),
    Properties: {
      ...('pool' in resource && { UserPoolId: ref(resource.pool) }),
      ...propertiesOf(resource, inputs),
    },
  };
}

const TYPES: Readonly<Record<Resource['kind'], string>> = {
  'user pool': 'UserPool',
  domain: 'UserPoolDomain',
  'app client': 'UserPoolClient',
  'identity provider': 'UserPoolIdentityProvider',
  'resource server': 'UserPoolResourceServer',
  style: 'ManagedLoginBranding',
  user: 'UserPoolUser',
};

/** Besides the pool that it is in. */
function propertiesOf(resource: Resource, { upstream }: SetupInputs): object {
  switch (resource.kind) {
    case 'user pool': {
      const { PoolName, ...rest } = resource.properties;
      return { UserPoolName: PoolName, ...rest };
    }
    case 'domain':
      return {
        Domain: { 'Fn::Sub': prefixes[resource.id] },
        ManagedLoginVersion: resource.managedLoginVersion,
      };
    case 'app client': {
      const { CallbackURLs, ...rest } = resource.properties;
      return { ...rest, ...(CallbackURLs && { CallbackURLs: CallbackURLs.map(intrinsic) }) };
    }
    case 'identity provider': {
      const { ProviderDetails, ...rest } = resource.properties;
      const details = Object.entries(ProviderDetails).map(([key, text]) => [key, intrinsic(text)]);
      return {
        ...rest,
        ProviderDetails: {
          ...Object.fromEntries(details),
          ...(upstream && { client_secret: ref('UpstreamClientSecret') }),
        },
      };
    }
    case 'resource server':
      return resource.properties;
    case 'style':
      return { ClientId: ref(resource.client), UseCognitoProvidedValues: true };
    case 'user':
      return {
        Username: resource.properties.Username,
        DesiredDeliveryMediums: ['EMAIL'],
        UserAttributes: [
          { Name: 'email', Value: resource.properties.email },
          { Name: 'email_verified', Value: 'true' },
        ],
      };
  }
}

/**
 * The lines of `.env`; the client secret is not one of them, since anybody who may see the stack
 * would see it.
 */
function outputs(variables: readonly Variable[]): Template['Outputs'] {
  return Object.fromEntries(
    variables.map(({ name, value, isSecret }) => {
      if (isSecret) return ['ClientSecretCommand', SECRET_COMMAND];
      const Value =
        typeof value === 'object' && 'provider' in value
          ? { 'Fn::Sub': providersJson(value, substitute) }
          : intrinsic(value);
      return [outputName(name), { Description: name, Value }];
    }),
  );
}

const SECRET_COMMAND = {
  Description: 'Prints CLIENT_SECRET',
  Value: {
    'Fn::Sub':
      'aws cognito-idp describe-user-pool-client --region ${AWS::Region} --user-pool-id ${MasterPool} --client-id ${SiteClient} --query UserPoolClient.ClientSecret --output text',
  },
};

/** `BASE_URL` as the name of an output: `BaseUrl`. */
const outputName = (variable: string): string =>
  variable
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** With its references put into the text. */
function substitute(text: Text): string {
  const value = intrinsic(text);
  if (typeof value === 'string') return literal(value);
  const [[key, argument] = []] = Object.entries(value as Record<string, string>);
  return key === 'Ref' ? `\${${argument}}` : String(argument);
}

/** As it stands, where `${…}` would be replaced. */
const literal = (text: string): string => text.replaceAll('${', '${!');
