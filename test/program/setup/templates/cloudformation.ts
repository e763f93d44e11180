import type { Pools } from '../../../../src/pools/index.js';
import { atPools, call, textAt, type Json } from './call.js';

export interface Template {
  Parameters: Record<string, { Default?: string; AllowedPattern?: string; NoEcho?: boolean }>;
  Resources: Record<string, Declaration>;
  Outputs: Record<string, { Value: Json }>;
}

interface Declaration {
  Type: string;
  DependsOn?: string | string[];
  Properties: Record<string, Json>;
}

const creations: Record<string, string> = {
  'AWS::Cognito::UserPool': 'CreateUserPool',
  'AWS::Cognito::UserPoolDomain': 'CreateUserPoolDomain',
  'AWS::Cognito::UserPoolClient': 'CreateUserPoolClient',
  'AWS::Cognito::UserPoolIdentityProvider': 'CreateIdentityProvider',
  'AWS::Cognito::UserPoolResourceServer': 'CreateResourceServer',
  'AWS::Cognito::UserPoolUser': 'AdminCreateUser',
  'AWS::Cognito::ManagedLoginBranding': 'CreateManagedLoginBranding',
};

/**
 * CloudFormation in small: makes the resources of a template, each after what it needs.
 *
 * @returns the outputs
 * @throws when a parameter has no value or one that its pattern refuses, and when the pools refuse
 *   a resource
 */
export async function deployTemplate(
  template: Template,
  pools: Pools,
  given: Record<string, string> = {},
): Promise<Record<string, string>> {
  const refs = new Map([['AWS::Region', 'eu-west-1']]);
  for (const [name, { Default, AllowedPattern }] of Object.entries(template.Parameters)) {
    const value = given[name] ?? Default;
    if (value === undefined) throw new Error(`Parameters: [${name}] must have values`);
    if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
      throw new Error(`Parameter ${name} failed to satisfy constraint`);
    }
    refs.set(name, value);
  }
  const attributes = new Map<string, string>();
  const must = (map: Map<string, string>, key: string): string => {
    const value = map.get(key);
    if (value === undefined) throw new Error(`${key} does not exist yet`);
    return value;
  };
  const value = (json: Json): Json => {
    if (Array.isArray(json)) return json.map(value);
    if (typeof json !== 'object') return json;
    if (typeof json['Ref'] === 'string') return must(refs, json['Ref']);
    if (Array.isArray(json['Fn::GetAtt'])) {
      return must(attributes, json['Fn::GetAtt'].map(String).join('.'));
    }
    if (Array.isArray(json['Fn::Join'])) {
      const [separator, parts] = json['Fn::Join'];
      const texts = (parts as Json[]).map(value) as string[];
      return atPools(texts.join(separator as string), pools);
    }
    if (typeof json['Fn::Sub'] === 'string') {
      const text = json['Fn::Sub'].replaceAll(
        /\$\{(!?)([^}]+)\}/g,
        (_whole, isLiteral: string, name: string) =>
          isLiteral === '' ? must(refs, name) : `\${${name}}`,
      );
      return atPools(text, pools);
    }
    return Object.fromEntries(Object.entries(json).map(([key, each]) => [key, value(each)]));
  };
  const make = async (type: string, id: string, properties: Json): Promise<void> => {
    const operation = creations[type];
    if (operation === undefined) throw new Error(`${type} is no resource of these pools`);
    const { UserPoolName, ...rest } = properties as Record<string, Json>;
    const answer = await call(pools, operation, { ...rest, PoolName: UserPoolName });
    if (type === 'AWS::Cognito::UserPool') {
      refs.set(id, textAt(answer, 'UserPool', 'Id'));
      attributes.set(`${id}.ProviderURL`, `${pools.url}/${textAt(answer, 'UserPool', 'Id')}`);
    }
    if (type === 'AWS::Cognito::UserPoolClient') {
      refs.set(id, textAt(answer, 'UserPoolClient', 'ClientId'));
      attributes.set(`${id}.ClientSecret`, textAt(answer, 'UserPoolClient', 'ClientSecret'));
    }
  };
  // Of what could be made next always the last, for CloudFormation goes by dependencies and not by
  // the order of lines.
  const waiting = new Map(Object.entries(template.Resources));
  while (waiting.size > 0) {
    const isReady = ([, declaration]: [string, Declaration]): boolean =>
      needs(declaration).every((id) => !waiting.has(id));
    const next = [...waiting].findLast(isReady);
    if (next === undefined) throw new Error('Circular dependency between resources');
    const [id, { Type, Properties }] = next;
    await make(Type, id, value(Properties));
    waiting.delete(id);
  }
  return Object.fromEntries(
    Object.entries(template.Outputs).map(([name, { Value }]) => [name, value(Value) as string]),
  );
}

/** The resources that a declaration names, in any of the ways CloudFormation knows. */
function needs({ DependsOn = [], Properties }: Declaration): string[] {
  const text = JSON.stringify(Properties);
  const named = [
    ...text.matchAll(/"Ref":"(\w+)"/g),
    ...text.matchAll(/"Fn::GetAtt":\["(\w+)"/g),
    ...text.matchAll(/\$\{(\w+)\}/g),
  ].map(([, id = '']) => id);
  return [DependsOn, named].flat();
}
