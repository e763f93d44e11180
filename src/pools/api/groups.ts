import { z } from 'zod';
import type { Group } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { textWithin } from '../model/settings/settings.js';
import { ApiError, notFound } from './api-error.js';
import { describeGroup, describeUser } from './descriptions.js';
import { groupName, token } from './fields.js';
import type { Operations } from './operation.js';
import { poolOperation, userOperation } from './pool-operation.js';
import { pageOf } from './page.js';

const pageShape = { Limit: z.int().min(0).max(60).optional(), NextToken: token.optional() };
const groupShape = z.object({ GroupName: groupName });
const settings = {
  Description: z.string().max(2048).optional(),
  RoleArn: textWithin(20, 2048).optional(),
  Precedence: z.int().min(0).optional(),
};

/** Groups and who is in them. */
export const groupOperations: Operations = {
  CreateGroup: poolOperation(groupShape.extend(settings), (input, { pool, now }) => {
    if (pool.groups.has(input.GroupName)) {
      throw new ApiError('GroupExistsException', 'A group with the name already exists');
    }
    const group = {
      name: input.GroupName,
      description: input.Description,
      roleArn: input.RoleArn,
      precedence: input.Precedence,
      createdAt: now,
      modifiedAt: now,
    };
    pool.groups.set(group.name, group);
    return { Group: describeGroup(pool, group) };
  }),
  GetGroup: poolOperation(groupShape, ({ GroupName }, { pool }) => {
    return { Group: describeGroup(pool, groupNamed(pool, GroupName)) };
  }),
  ListGroups: poolOperation(z.object(pageShape), ({ Limit, NextToken }, { pool }) => {
    return groupPage(pool, [...pool.groups.values()], Limit, NextToken);
  }),
  UpdateGroup: poolOperation(groupShape.extend(settings), (input, { pool, now }) => {
    const present = groupNamed(pool, input.GroupName);
    const group = {
      ...present,
      description: input.Description ?? present.description,
      roleArn: input.RoleArn ?? present.roleArn,
      precedence: input.Precedence ?? present.precedence,
      modifiedAt: now,
    };
    pool.groups.set(group.name, group);
    return { Group: describeGroup(pool, group) };
  }),
  DeleteGroup: poolOperation(groupShape, ({ GroupName }, { pool }) => {
    const { name } = groupNamed(pool, GroupName);
    pool.groups.delete(name);
    for (const user of pool.users.values())
      user.groups = user.groups.filter((each) => each !== name);
    return undefined;
  }),
  AdminAddUserToGroup: userOperation(groupShape, ({ GroupName }, { pool, user }) => {
    const { name } = groupNamed(pool, GroupName);
    user.groups = [...new Set([...user.groups, name])];
    return undefined;
  }),
  AdminRemoveUserFromGroup: userOperation(groupShape, ({ GroupName }, { pool, user }) => {
    const { name } = groupNamed(pool, GroupName);
    user.groups = user.groups.filter((each) => each !== name);
    return undefined;
  }),
  AdminListGroupsForUser: userOperation(
    z.object(pageShape),
    ({ Limit, NextToken }, { pool, user }) => {
      const theirs = user.groups.map((name) => groupNamed(pool, name));
      return groupPage(pool, theirs, Limit, NextToken);
    },
  ),
  ListUsersInGroup: poolOperation(
    groupShape.extend(pageShape),
    ({ GroupName, Limit, NextToken }, { pool }) => {
      const { name } = groupNamed(pool, GroupName);
      const inGroup = [...pool.users.values()].filter(({ groups }) => groups.includes(name));
      const { members, next } = pageOf(inGroup, Limit || undefined, NextToken);
      return { Users: members.map(describeUser), NextToken: next };
    },
  ),
};

function groupNamed(pool: UserPool, name: string): Group {
  const group = pool.groups.get(name);
  if (group === undefined) throw notFound('Group not found.');
  return group;
}

function groupPage(
  pool: UserPool,
  groups: readonly Group[],
  limit: number | undefined,
  nextToken: string | undefined,
): object {
  const { members, next } = pageOf(groups, limit || undefined, nextToken);
  return { Groups: members.map((group) => describeGroup(pool, group)), NextToken: next };
}
