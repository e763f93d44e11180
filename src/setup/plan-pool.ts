import type {
  UpdateUserPoolRequest,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { domainPrefixOf } from '../cognito/user-pool.js';
import type { Actual, FoundPool } from './actual.js';
import { attributeMapping } from './attribute-mapping.js';
import { differences, inWords } from './differences.js';
import type { DomainResource, PoolResource } from './resources.js';
import type { Outcome } from './step.js';

/** What a user pool needs to be as wanted. Of one that exists only the protection from deletion is ours to say. */
export function planPool(resource: PoolResource, actual: Actual): Outcome {
  const found = actual[resource.id];
  const { PoolName, Schema = [], UserPoolTags: _tags, ...rest } = resource.properties;
  if (found === undefined) {
    const mutable = Schema.map(({ Name }) => Name).join(', ');
    const changes = [
      { property: 'Schema', text: `${mutable} mutable` },
      ...Object.entries(rest).map(([property, value]) => ({ property, text: inWords(value) })),
    ];
    const call = { operation: 'createUserPool' as const, input: resource.properties };
    return { step: { resource, action: 'create', changes, call } };
  }
  const next = brought(found, resource);
  const changes = differences(found, { DeletionProtection: next.DeletionProtection });
  return {
    step:
      changes.length === 0
        ? undefined
        : {
            resource,
            action: 'change',
            changes,
            call: { operation: 'updateUserPool', input: next },
          },
    problems: resource.id === 'MasterPool' ? schemaProblems(PoolName, found) : [],
  };
}

/** What Describe and Update both know: everything else cannot be lost by an update. */
const updatable = [
  'Policies',
  'LambdaConfig',
  'AutoVerifiedAttributes',
  'SmsVerificationMessage',
  'EmailVerificationMessage',
  'EmailVerificationSubject',
  'VerificationMessageTemplate',
  'SmsAuthenticationMessage',
  'UserAttributeUpdateSettings',
  'MfaConfiguration',
  'DeviceConfiguration',
  'EmailConfiguration',
  'SmsConfiguration',
  'UserPoolTags',
  'UserPoolAddOns',
  'AccountRecoverySetting',
  'UserPoolTier',
  'KeyConfiguration',
  'IssuerConfiguration',
  'AcrConfiguration',
  'DcrConfiguration',
] as const satisfies readonly (keyof UserPoolType & keyof UpdateUserPoolRequest)[];

/** The whole pool as it should be. Whole, because an update resets what it does not name. */
function brought(found: FoundPool, { properties }: PoolResource): UpdateUserPoolRequest {
  // Its validity is in the password policy today; Cognito refuses to be told both.
  const { UnusedAccountValidityDays: _days, ...adminCreateUser } =
    found.AdminCreateUserConfig ?? {};
  const kept = Object.fromEntries(
    updatable.filter((key) => found[key] !== undefined).map((key) => [key, found[key]]),
  );
  return {
    ...kept,
    UserPoolId: found.Id,
    PoolName: found.Name,
    AdminCreateUserConfig: adminCreateUser,
    DeletionProtection: properties.DeletionProtection,
  };
}

/** What of a schema would break signing in through the second pool; none of it can be changed later. */
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
  if (found !== undefined) {
    return { notes: domainNotes(resource, found.name, found.managedLoginVersion) };
  }
  const name = resource.prefix ?? (pool && domainPrefixOf(pool.Id));
  const { managedLoginVersion: ManagedLoginVersion } = resource;
  const changes = [
    { property: 'Domain', text: name ?? '<made from the id of the pool>' },
    { property: 'ManagedLoginVersion', text: `${ManagedLoginVersion} (classic pages)` },
  ];
  const call = pool &&
    name !== undefined && {
      operation: 'createUserPoolDomain' as const,
      input: { UserPoolId: pool.Id, Domain: name, ManagedLoginVersion },
    };
  return { step: { resource, action: 'create', changes, call: call || undefined } };
}

function domainNotes(
  { title, prefix }: DomainResource,
  name: string,
  managedLoginVersion: number,
): string[] {
  const notes: string[] = [];
  if (prefix !== undefined && prefix !== name) {
    notes.push(`The ${title} is ${name} already and stays so; ${prefix} is not used.`);
  }
  if (managedLoginVersion === 2) {
    notes.push(
      `The ${title} shows managed login, which answers 403 for a client without a style: aws cognito-idp create-managed-login-branding --use-cognito-provided-values --user-pool-id … --client-id …`,
    );
  }
  return notes;
}
