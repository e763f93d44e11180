import { z } from 'zod';
import { makePoolId } from '../model/identifiers.js';
import { customAttribute, isStandardAttribute } from '../model/settings/schema.js';
import {
  poolSettings,
  poolUpdate,
  schemaAttribute,
  textWithin,
  withoutUndefined,
  type PoolSettings,
  type SchemaAttribute,
} from '../model/settings/settings.js';
import type { UserPool } from '../model/user-pool.js';
import { invalidParameter } from './api-error.js';
import { datesOf, describePool } from './descriptions.js';
import { pageSize, token } from './fields.js';
import { operation, type ApiCall, type Operations } from './operation.js';
import { poolOperation } from './pool-operation.js';
import { pageOf } from './page.js';

const poolName = textWithin(1, 128).regex(/^[\w\s+=,.@-]+$/);

/** Create, Describe, List, Update, Delete UserPool, AddCustomAttributes. */
export const userPoolOperations: Operations = {
  CreateUserPool: operation(
    z.object({ PoolName: poolName }).and(poolSettings),
    async ({ PoolName, ...settings }, call) => {
      refuseImpossible(settings);
      const pool = await addPool(PoolName, settings, call);
      return { UserPool: describePool(pool) };
    },
  ),
  DescribeUserPool: poolOperation(z.object({}), (_input, { pool }) => ({
    UserPool: describePool(pool),
  })),
  ListUserPools: operation(
    z.object({ MaxResults: pageSize, NextToken: token.optional() }),
    ({ MaxResults, NextToken }, { runtime }) => {
      const { members, next } = pageOf(runtime.pools, MaxResults, NextToken);
      return { UserPools: members.map(summary), NextToken: next };
    },
  ),
  UpdateUserPool: poolOperation(
    z.object({ PoolName: poolName.optional() }).and(poolUpdate),
    ({ PoolName, ...update }, { pool, now }) => {
      const { AliasAttributes, UsernameAttributes, UsernameConfiguration, Schema, UserPoolTags } =
        pool.settings;
      const fixed = { AliasAttributes, UsernameAttributes, UsernameConfiguration, Schema };
      pool.settings = withoutUndefined({ ...fixed, UserPoolTags, ...update });
      pool.name = PoolName ?? pool.name;
      pool.modifiedAt = now;
      return {};
    },
  ),
  AddCustomAttributes: poolOperation(
    z.object({
      CustomAttributes: z.array(schemaAttribute).min(1).max(25),
    }),
    ({ CustomAttributes }, { pool, now }) => {
      refuseCustomAttributes(CustomAttributes);
      const added = CustomAttributes.map(customAttribute);
      const taken = added.find(({ Name }) => pool.schema.some((each) => each.Name === Name));
      if (taken !== undefined) {
        throw invalidParameter(`${taken.Name}: Existing attribute already has name ${taken.Name}.`);
      }
      pool.settings = { ...pool.settings, Schema: [...(pool.settings.Schema ?? []), ...added] };
      pool.modifiedAt = now;
      return {};
    },
  ),
  DeleteUserPool: poolOperation(z.object({}), (_input, { pool, runtime }) => {
    if (pool.settings.DeletionProtection === 'ACTIVE') {
      throw invalidParameter(
        'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
      );
    }
    if (pool.domains.length > 0) {
      throw invalidParameter(
        'User pool cannot be deleted. It has a domain configured that should be deleted first.',
      );
    }
    runtime.registry.remove(pool);
    return undefined;
  }),
};

async function addPool(
  name: string,
  settings: PoolSettings,
  { runtime, now }: ApiCall,
): Promise<UserPool> {
  return runtime.registry.add({
    id: makePoolId(runtime.registry.region),
    name,
    settings,
    mfaSettings: {},
    domains: [],
    clients: [],
    identityProviders: [],
    groups: [],
    resourceServers: [],
    brandings: [],
    users: [],
    createdAt: now,
    modifiedAt: now,
  });
}

function refuseImpossible({ AliasAttributes, UsernameAttributes, Schema }: PoolSettings): void {
  if (AliasAttributes && UsernameAttributes) {
    throw invalidParameter(
      'Only one of the aliasAttributes or usernameAttributes can be set in a user pool.',
    );
  }
  refuseCustomAttributes(Schema?.filter(({ Name }) => !isStandardAttribute(Name)) ?? []);
}

/** @throws {ApiError} `InvalidParameterException` for custom attributes no pool can have */
function refuseCustomAttributes(attributes: readonly SchemaAttribute[]): void {
  for (const { Name, AttributeDataType, Required } of attributes) {
    if (Required) throw invalidParameter('Required custom attributes are not supported currently.');
    if (Name.length > 20 || Name.includes(':')) {
      throw invalidParameter(`Invalid name of a custom attribute: ${Name}`);
    }
    if (AttributeDataType === undefined) {
      throw invalidParameter(`The data type of the custom attribute ${Name} is missing.`);
    }
  }
}

const summary = (pool: UserPool): object => ({
  Id: pool.id,
  Name: pool.name,
  LambdaConfig: pool.settings.LambdaConfig ?? {},
  ...datesOf(pool),
});
