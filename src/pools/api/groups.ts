import { z } from 'zod';
import type { Group } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { ApiError, notFound } from './api-error.js';
import { describeGroup, describeUser } from './descriptions.js';
import { groupName, token, userPoolId, username } from './fields.js';
import { poolWithId, userWithName } from './lookups.js';
import { operation, type Operations } from './operation.js';
import { pageOf } from './page.js';

const pageShape = { Limit: z.int().min(0).max(60).optional(), NextToken: token.optional() };
const groupShape = z.object({ GroupName: groupName, UserPoolId: userPoolId });
const membershipShape = groupShape.extend({ Username: username });
const settings = {
  Description: z.string().max(2048).optional(),
  RoleArn: z.string().min(20).max(2048).optional(),
  Precedence: z.int().min(0).optional(),
};

/** Groups and who is in them. */
export const groupOperations: Operations = {
  CreateGroup: operation(groupShape.extend(settings), (input, call) => {
    const pool = poolWithId(call, input.UserPoolId);
    if (pool.groups.has(input.GroupName)) {
      throw new ApiError('GroupExistsException', 'A group with the name already exists');
    }
    const group = {
      name: input.GroupName,
      description: input.Description,
      roleArn: input.RoleArn,
      precedence: input.Precedence,
      createdAt: call.now,
      modifiedAt: call.now,
    };
    pool.groups.set(group.name, group);
    return { Group: describeGroup(pool, group) };
  }),
  GetGroup: operation(groupShape, ({ GroupName, UserPoolId }, call) => {
    const pool = poolWithId(call, UserPoolId);
    return { Group: describeGroup(pool, groupNamed(pool, GroupName)) };
  }),
  ListGroups: operation(
    z.object({ UserPoolId: userPoolId, ...pageShape }),
    ({ UserPoolId, Limit, NextToken }, call) => {
      const pool = poolWithId(call, UserPoolId);
      return groupPage(pool, [...pool.groups.values()], Limit, NextToken);
    },
  ),
  UpdateGroup: operation(groupShape.extend(settings), (input, call) => {
    const pool = poolWithId(call, input.UserPoolId);
    const present = groupNamed(pool, input.GroupName);
    const group = {
      ...present,
      description: input.Description ?? present.description,
      roleArn: input.RoleArn ?? present.roleArn,
      precedence: input.Precedence ?? present.precedence,
      modifiedAt: call.now,
    };
    pool.groups.set(group.name, group);
    return { Group: describeGroup(pool, group) };
  }),
  DeleteGroup: operation(groupShape, ({ GroupName, UserPoolId }, call) => {
    const pool = poolWithId(call, UserPoolId);
    const { name } = groupNamed(pool, GroupName);
    pool.groups.delete(name);
    for (const user of pool.users.values())
      user.groups = user.groups.filter((each) => each !== name);
    return undefined;
  }),
  AdminAddUserToGroup: operation(membershipShape, ({ GroupName, UserPoolId, Username }, call) => {
    const pool = poolWithId(call, UserPoolId);
    const user = userWithName(pool, Username);
    const { name } = groupNamed(pool, GroupName);
    user.groups = [...new Set([...user.groups, name])];
    return undefined;
  }),
  AdminRemoveUserFromGroup: operation(
    membershipShape,
    ({ GroupName, UserPoolId, Username }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const user = userWithName(pool, Username);
      const { name } = groupNamed(pool, GroupName);
      user.groups = user.groups.filter((each) => each !== name);
      return undefined;
    },
  ),
  AdminListGroupsForUser: operation(
    z.object({ Username: username, UserPoolId: userPoolId, ...pageShape }),
    ({ Username, UserPoolId, Limit, NextToken }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const { groups } = userWithName(pool, Username);
      const theirs = groups.map((name) => groupNamed(pool, name));
      return groupPage(pool, theirs, Limit, NextToken);
    },
  ),
  ListUsersInGroup: operation(
    groupShape.extend(pageShape),
    ({ GroupName, UserPoolId, Limit, NextToken }, call) => {
      const pool = poolWithId(call, UserPoolId);
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
