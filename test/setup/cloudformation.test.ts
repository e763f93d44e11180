import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Pools } from '../../src/pools/index.js';
import { cloudFormationTemplate } from '../../src/setup/cloudformation.js';
import { desiredFor } from '../../src/setup/desired.js';
import { envChanges } from '../../src/setup/env-values.js';
import { apiOf, emptyAccount, everythingIn, inputs, planNow, runSetup, stateOf } from './world.js';

type Json = string | number | boolean | Json[] | { [key: string]: Json };
interface Declaration {
  Type: string;
  DependsOn?: string | string[];
  Properties: Record<string, Json>;
}
interface Template {
  Parameters: Record<string, { Default?: string }>;
  Resources: Record<string, Declaration>;
  Outputs: Record<string, { Value: Json }>;
}

const wanted = { ...inputs, domainPrefix: 'shop' };
const template: Template = parse(cloudFormationTemplate(wanted));

const creations: Record<string, string> = {
  'AWS::Cognito::UserPool': 'CreateUserPool',
  'AWS::Cognito::UserPoolDomain': 'CreateUserPoolDomain',
  'AWS::Cognito::UserPoolClient': 'CreateUserPoolClient',
  'AWS::Cognito::UserPoolIdentityProvider': 'CreateIdentityProvider',
  'AWS::Cognito::UserPoolResourceServer': 'CreateResourceServer',
  'AWS::Cognito::UserPoolUser': 'AdminCreateUser',
};

/** One call as it goes over the wire; the one member that CloudFormation names differently is translated. */
async function call(pools: Pools, operation: string, properties: Json): Promise<Json> {
  const body = JSON.stringify(properties).replace('"UserPoolName"', '"PoolName"');
  const response = await fetch(pools.url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

const textAt = (json: Json, ...path: string[]): string => {
  let found: Json | undefined = json;
  for (const key of path) {
    found = typeof found === 'object' && !Array.isArray(found) ? found[key] : undefined;
  }
  if (typeof found !== 'string') throw new TypeError(`no text at ${path.join('.')}`);
  return found;
};

/** CloudFormation in small: makes the resources, each after what it needs, and keeps what they answer. */
async function deploy(pools: Pools): Promise<(value: Json) => Json> {
  const refs = new Map<string, string>([['AWS::Region', 'eu-west-1']]);
  for (const [name, parameter] of Object.entries(template.Parameters)) {
    refs.set(name, parameter.Default ?? '');
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
    if (typeof json['Fn::Sub'] === 'string') {
      return json['Fn::Sub']
        .replaceAll(/\$\{([\w:]+)\}/g, (_whole, name: string) => must(refs, name))
        .replaceAll(/https:\/\/([\w-]+)\.auth\.eu-west-1\.amazoncognito\.com/g, `${pools.url}/$1`);
    }
    return Object.fromEntries(Object.entries(json).map(([key, each]) => [key, value(each)]));
  };
  const make = async (type: string, id: string, properties: Json): Promise<void> => {
    const answer = await call(pools, creations[type]!, properties);
    if (type === 'AWS::Cognito::UserPool') {
      refs.set(id, textAt(answer, 'UserPool', 'Id'));
      attributes.set(`${id}.ProviderURL`, `${pools.url}/${textAt(answer, 'UserPool', 'Id')}`);
    }
    if (type === 'AWS::Cognito::UserPoolClient') {
      refs.set(id, textAt(answer, 'UserPoolClient', 'ClientId'));
      attributes.set(`${id}.ClientSecret`, textAt(answer, 'UserPoolClient', 'ClientSecret'));
    }
  };
  // Of what could be made next always the last, for CloudFormation goes by dependencies and not by the order of lines.
  const waiting = new Map(Object.entries(template.Resources));
  while (waiting.size > 0) {
    const isReady = ([, declaration]: [string, Declaration]): boolean =>
      needs(declaration).every((id) => !waiting.has(id));
    const [id, { Type, Properties }] = [...waiting].findLast(isReady)!;
    await make(Type, id, value(Properties));
    waiting.delete(id);
  }
  return value;
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

/** A template cannot tag a pool with the ids of what is made in it later. */
const withoutMarks = (state: unknown): unknown =>
  JSON.parse(
    JSON.stringify(state, (key, value: unknown) =>
      key === 'owners' || key.startsWith('lifeguard:setup:') ? undefined : value,
    ),
  );

describe('the CloudFormation template', () => {
  let deployed: Pools;
  let byHand: Pools;
  let value: (json: Json) => Json;
  beforeAll(async () => {
    [deployed, byHand] = [await emptyAccount(), await emptyAccount()];
    value = await deploy(deployed);
  });
  afterAll(async () => {
    await deployed.close();
    await byHand.close();
  });

  it('makes what setup makes', async () => {
    const api = await apiOf(byHand);
    await runSetup(api, wanted);
    expect(withoutMarks(await stateOf(await apiOf(deployed)))).toEqual(
      withoutMarks(await stateOf(api)),
    );
  });

  it('makes the identity provider once the second pool has a domain to be discovered', () => {
    expect(needs(template.Resources['IdentityProvider']!)).toContain('UpstreamDomain');
  });

  it('leaves nothing for setup to do but to be given what is there', async () => {
    const api = await apiOf(deployed);
    const { problems, steps } = await planNow(api, wanted, await everythingIn(api, wanted));
    expect(problems).toEqual([]);
    expect(new Set(steps.map(({ action }) => action))).toEqual(new Set(['adopt']));
  });

  it('puts out what setup writes into .env, but no secret', async () => {
    const api = await apiOf(deployed);
    const actual = await runSetup(api, wanted, await everythingIn(api, wanted));
    const file = { path: '.env', exists: false, text: '', values: {}, isOpen: false };
    const changes = envChanges(desiredFor(wanted), actual, file);
    const written = Object.fromEntries(changes.map((change) => [change.name, change.value]));
    const { BaseUrl, Issuer, ClientId, IdentityProviders, ApiClientIds } = template.Outputs;
    expect({
      BASE_URL: value(BaseUrl!.Value),
      ISSUER: value(Issuer!.Value),
      CLIENT_ID: value(ClientId!.Value),
      IDENTITY_PROVIDERS: value(IdentityProviders!.Value),
      API_CLIENT_IDS: value(ApiClientIds!.Value),
    }).toEqual({
      BASE_URL: written['BASE_URL'],
      ISSUER: written['ISSUER'],
      CLIENT_ID: written['CLIENT_ID'],
      IDENTITY_PROVIDERS: written['IDENTITY_PROVIDERS'],
      API_CLIENT_IDS: written['API_CLIENT_IDS'],
    });
    expect(JSON.stringify(template.Outputs)).not.toContain('"ClientSecret"');
  });

  it.each(['aws', 'my-amazon-shop', 'cognito', '-a', 'A'])(
    'refuses the prefix %s, as setup does',
    (prefix) => {
      const { AllowedPattern } = template.Parameters['DomainPrefix'] as { AllowedPattern: string };
      expect(new RegExp(AllowedPattern).test(prefix)).toBe(false);
      expect(new RegExp(AllowedPattern).test('shop-1')).toBe(true);
    },
  );

  it('keeps the secret of an existing provider out of itself', () => {
    const upstream = {
      issuer: 'https://example.okta.com',
      clientId: 'at-okta',
      clientSecret: 'the-secret-of-okta',
      endSessionEndpoint: 'https://example.okta.com/logout',
    };
    const text = cloudFormationTemplate({
      ...inputs,
      upstream,
      user: undefined,
      withManagedLogin: true,
    });
    expect(text).not.toContain('the-secret-of-okta');
    const joined: Template = parse(text);
    expect(joined.Parameters['UpstreamClientSecret']).toMatchObject({ NoEcho: true });
    expect(Object.keys(joined.Resources)).toEqual([
      'MasterPool',
      'MasterDomain',
      'IdentityProvider',
      'ResourceServer',
      'SiteClient',
      'SiteStyle',
      'MachineClient',
    ]);
    expect(JSON.stringify(joined.Outputs['IdentityProviders'])).toContain(
      'https://example.okta.com/logout',
    );
  });

  it('asks for the prefix when none was given, and names no first user nobody asked for', () => {
    const plain: Template = parse(
      cloudFormationTemplate({ ...inputs, user: undefined, withApi: false }),
    );
    expect(plain.Parameters['DomainPrefix']).not.toHaveProperty('Default');
    expect(Object.keys(plain.Resources)).toEqual([
      'MasterPool',
      'UpstreamPool',
      'MasterDomain',
      'UpstreamDomain',
      'UpstreamClient',
      'IdentityProvider',
      'SiteClient',
    ]);
  });
});
