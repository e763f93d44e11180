import { z } from 'zod';
import type { ResourceServer } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { textWithin } from '../model/settings/settings.js';
import { invalidParameter, notFound } from './api-error.js';
import { describeResourceServer } from './descriptions.js';
import { token } from './fields.js';
import type { Operations } from './operation.js';
import { poolOperation } from './pool-operation.js';
import { pageOf } from './page.js';

const serverShape = z.object({
  Identifier: textWithin(1, 256).regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/),
});
const settings = {
  Name: textWithin(1, 256).regex(/^[\w\s+=,.@-]+$/),
  Scopes: z
    .array(
      z.object({
        ScopeName: textWithin(1, 256).regex(/^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+$/),
        ScopeDescription: textWithin(1, 256),
      }),
    )
    .max(100)
    .optional(),
};

/** Create, Describe, List, Update, Delete ResourceServer. */
export const resourceServerOperations: Operations = {
  CreateResourceServer: poolOperation(serverShape.extend(settings), (input, { pool }) => {
    if (pool.resourceServers.has(input.Identifier)) {
      throw invalidParameter(`${input.Identifier} already exists in user pool ${pool.id}.`);
    }
    return { ResourceServer: put(pool, input) };
  }),
  DescribeResourceServer: poolOperation(serverShape, ({ Identifier }, { pool }) => {
    return { ResourceServer: describeResourceServer(pool, serverWithId(pool, Identifier)) };
  }),
  ListResourceServers: poolOperation(
    z.object({
      MaxResults: z.int().min(1).max(50).optional(),
      NextToken: token.optional(),
    }),
    ({ MaxResults, NextToken }, { pool }) => {
      const all = [...pool.resourceServers.values()];
      const { members, next } = pageOf(all, MaxResults ?? 50, NextToken);
      return {
        ResourceServers: members.map((each) => describeResourceServer(pool, each)),
        NextToken: next,
      };
    },
  ),
  UpdateResourceServer: poolOperation(serverShape.extend(settings), (input, { pool }) => {
    serverWithId(pool, input.Identifier);
    return { ResourceServer: put(pool, input) };
  }),
  DeleteResourceServer: poolOperation(serverShape, ({ Identifier }, { pool }) => {
    pool.resourceServers.delete(serverWithId(pool, Identifier).identifier);
    return undefined;
  }),
};

function put(
  pool: UserPool,
  {
    Identifier: identifier,
    Name: name,
    Scopes = [],
  }: {
    Identifier: string;
    Name: string;
    Scopes?: { ScopeName: string; ScopeDescription: string }[] | undefined;
  },
): object {
  const scopes = Scopes.map((each) => ({
    name: each.ScopeName,
    description: each.ScopeDescription,
  }));
  const server = { identifier, name, scopes };
  pool.resourceServers.set(identifier, server);
  return describeResourceServer(pool, server);
}

function serverWithId(pool: UserPool, identifier: string): ResourceServer {
  const server = pool.resourceServers.get(identifier);
  if (server === undefined) {
    throw notFound(`Resource server ${identifier} does not exist.`);
  }
  return server;
}
