import { domainPrefixOf } from '../../../cognito/user-pool.js';
import type { Actual, FoundDomain, FoundPool } from '../account/actual.js';
import { attributeMapping } from '../wanted/desired.js';
import type { Call } from '../account/call.js';
import { inWords } from './differences.js';
import type { DomainResource, PoolResource } from '../wanted/resources.js';
import { creation, type Outcome } from './step.js';

/**
 * What a user pool needs to be as wanted. One that exists stays as it is: UpdateUserPool resets
 * whatever a caller does not know of, and nothing that it can set is needed.
 */
export function planPool(resource: PoolResource, actual: Actual): Outcome {
  const found = actual[resource.id];
  const { PoolName, Schema = [], ...rest } = resource.properties;
  if (found === undefined) {
    const mutable = Schema.map(({ Name }) => Name).join(', ');
    const changes = [
      { property: 'Schema', text: `${mutable} mutable` },
      ...Object.entries(rest).map(([property, value]) => ({ property, text: inWords(value) })),
    ];
    const input = resource.properties;
    return creation(resource, changes, { operation: 'createUserPool', input });
  }
  return {
    problems: resource.id === 'MasterPool' ? schemaProblems(PoolName, found) : [],
    notes: [
      found.DeletionProtection === 'ACTIVE'
        ? undefined
        : `The ${resource.title} can be deleted by a slip of the hand, with everybody in it: switch its deletion protection on (console: Settings).`,
    ],
  };
}

/**
 * What of a schema would break signing in through the second pool; none of it can be changed later.
 */
function schemaProblems(name: string, { SchemaAttributes = [] }: FoundPool): string[] {
  const instead = `Choose another --master-name, and a new pool is made.`;
  return SchemaAttributes.flatMap(({ Name = '', Mutable, Required }) => {
    const isMapped = Object.hasOwn(attributeMapping, Name);
    if (isMapped && Mutable === false) {
      return `In the user pool ${name} the attribute ${Name} is immutable and can never be made mutable: every second sign-in would fail with "${Name}: Attribute cannot be updated". ${instead}`;
    }
    if (Required === true && !isMapped && Name !== 'sub') {
      return `The user pool ${name} requires the attribute ${Name}, which the second pool does not send: every sign-in would fail with "attributes required". ${instead}`;
    }
    return [];
  });
}

/** What a pool's domain needs. One that exists is never changed: links and sessions live on it. */
export function planDomain(resource: DomainResource, actual: Actual): Outcome {
  const pool = actual[resource.pool];
  const found = actual[resource.id];
  if (found !== undefined) return { notes: domainNotes(resource, found, actual) };
  const name = resource.prefix ?? (pool && domainPrefixOf(pool.Id));
  const { managedLoginVersion: ManagedLoginVersion } = resource;
  const pages =
    ManagedLoginVersion === 2
      ? 'managed login: prompt=login asks for the password again'
      : 'classic pages: they do not know prompt, and ask only who is not signed in at the pool';
  const changes = [
    { property: 'Domain', text: name ?? '<made from the id of the pool>' },
    { property: 'ManagedLoginVersion', text: `${ManagedLoginVersion} (${pages})` },
  ];
  const input = pool &&
    name !== undefined && { UserPoolId: pool.Id, Domain: name, ManagedLoginVersion };
  const call: Call | undefined = input ? { operation: 'createUserPoolDomain', input } : undefined;
  return creation(resource, changes, call);
}

function domainNotes(
  { title, prefix, pool, managedLoginVersion: wanted }: DomainResource,
  { name, managedLoginVersion }: FoundDomain,
  actual: Actual,
): (string | undefined)[] {
  const client = pool === 'MasterPool' ? 'SiteClient' : 'UpstreamClient';
  const isManaged = managedLoginVersion === 2;
  return [
    prefix !== undefined && prefix !== name
      ? `The ${title} is ${name} already and stays so; ${prefix} is not used.`
      : undefined,
    isManaged && wanted === 1 && actual.styled[client] !== true
      ? `The ${title} shows managed login, which answers 403 for a client without a style: add --managed-login, and the clients here are given Cognito's own.`
      : undefined,
    !isManaged && wanted === 2
      ? `The ${title} shows the classic pages and stays so, because everybody sees it change: aws cognito-idp update-user-pool-domain --domain ${name} --managed-login-version 2 --user-pool-id ${actual[pool]?.Id ?? ''}`
      : undefined,
  ];
}
