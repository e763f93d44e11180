import { z } from 'zod';
import type { PoolUser } from '../model/pool-state.js';
import { invalidParameter } from './api-error.js';
import { attributesOf, describeUser } from './descriptions.js';
import { token, userPoolId } from './fields.js';
import { poolWithId } from './lookups.js';
import { operation, type Operations } from './operation.js';
import { pageOf } from './page.js';

/** ListUsers, with its filter. */
export const listUserOperations: Operations = {
  ListUsers: operation(
    z.object({
      UserPoolId: userPoolId,
      AttributesToGet: z.array(z.string().min(1).max(32)).optional(),
      Limit: z.int().min(0).max(60).optional(),
      PaginationToken: token.optional(),
      Filter: z.string().max(256).optional(),
    }),
    ({ UserPoolId, AttributesToGet, Limit, PaginationToken, Filter }, call) => {
      const pool = poolWithId(call, UserPoolId);
      if (AttributesToGet?.some((name) => !pool.schema.some((each) => each.Name === name))) {
        throw invalidParameter('Attributes to get must be in the schema.');
      }
      const isWanted = filterOf(Filter);
      const found = [...pool.users.values()].filter(isWanted);
      const { members, next } = pageOf(found, Limit || undefined, PaginationToken);
      return {
        Users: members.map((user) => describePartly(user, AttributesToGet)),
        PaginationToken: next,
      };
    },
  ),
};

function describePartly(user: PoolUser, names: readonly string[] | undefined): object {
  const described = describeUser(user);
  if (names === undefined) return described;
  const Attributes = attributesOf(user, user.attributes).filter(({ Name }) => names.includes(Name));
  return { ...described, Attributes };
}

const searchable = [
  'email',
  'phone_number',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
];

/**
 * Reads a filter such as `email ^= "ali"`.
 *
 * @throws {ApiError} `InvalidParameterException` when it cannot be read, or asks for what cannot be
 *   searched
 */
function filterOf(filter: string | undefined): (user: PoolUser) => boolean {
  if (filter === undefined || filter.trim() === '') return () => true;
  const match = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:\\.|[^"\\])*)"\s*$/.exec(filter);
  if (match === null) throw invalidParameter('Error while parsing filter');
  const [, name = '', operator, quoted = ''] = match;
  const wanted = quoted.replaceAll(/\\(.)/g, '$1');
  const valueOf = readerOf(name);
  if (valueOf === undefined) throw invalidParameter(`Invalid search attribute: ${name}`);
  return (user) => {
    const value = valueOf(user);
    return operator === '=' ? value === wanted : value?.startsWith(wanted) === true;
  };
}

function readerOf(name: string): ((user: PoolUser) => string | undefined) | undefined {
  if (name === 'username') return (user) => user.username;
  if (name === 'sub') return (user) => user.sub;
  if (name === 'cognito:user_status') return (user) => user.status;
  if (name === 'status') return (user) => (user.enabled ? 'Enabled' : 'Disabled');
  return searchable.includes(name) ? (user) => user.attributes[name] : undefined;
}
