import { z } from 'zod';
import { appClient } from '../model/app-client.js';
import { originalSecret } from '../model/credentials/client-secrets.js';
import { makeClientId, makeClientSecret } from '../model/identifiers.js';
import { clientSettings } from '../model/settings/settings-shape.js';
import { invalidParameter } from './api-error.js';
import { refuseImpossibleClient } from './client-rules.js';
import { describeClient } from './descriptions.js';
import { clientId, clientSecret, pageSize, token, userPoolId } from './fields.js';
import { clientWithId, poolWithId } from './lookups.js';
import { operation, type Operations } from './operation.js';
import { pageOf } from './page.js';

const clientName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w\s+=,.@-]+$/);

/** Create, Describe, List, Update, Delete UserPoolClient. */
export const userPoolClientOperations: Operations = {
  CreateUserPoolClient: operation(
    z
      .object({
        UserPoolId: userPoolId,
        ClientName: clientName,
        GenerateSecret: z.boolean().optional(),
        ClientSecret: clientSecret.optional(),
      })
      .and(clientSettings),
    ({ UserPoolId, ClientName, GenerateSecret, ClientSecret, ...settings }, call) => {
      const pool = poolWithId(call, UserPoolId);
      if (GenerateSecret && ClientSecret !== undefined) {
        throw invalidParameter('Only one of GenerateSecret and ClientSecret can be specified.');
      }
      const secret = GenerateSecret ? makeClientSecret() : ClientSecret;
      refuseImpossibleClient(pool, settings, secret !== undefined);
      const times = { createdAt: call.now, modifiedAt: call.now };
      const id = makeClientId();
      const secrets = originalSecret(id, secret, call.now);
      const client = appClient({ name: ClientName, id, secrets, ...times }, settings);
      pool.clients.set(client.id, client);
      return { UserPoolClient: describeClient(pool, client) };
    },
  ),
  DescribeUserPoolClient: operation(
    z.object({ UserPoolId: userPoolId, ClientId: clientId }),
    ({ UserPoolId, ClientId }, call) => {
      const pool = poolWithId(call, UserPoolId);
      return { UserPoolClient: describeClient(pool, clientWithId(pool, ClientId)) };
    },
  ),
  ListUserPoolClients: operation(
    z.object({
      UserPoolId: userPoolId,
      MaxResults: pageSize.optional(),
      NextToken: token.optional(),
    }),
    ({ UserPoolId, MaxResults, NextToken }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const { members, next } = pageOf([...pool.clients.values()], MaxResults, NextToken);
      return {
        UserPoolClients: members.map(({ id, name }) => ({
          ClientId: id,
          UserPoolId,
          ClientName: name,
        })),
        NextToken: next,
      };
    },
  ),
  // What is left out goes back to its default: callers must read, change and write.
  UpdateUserPoolClient: operation(
    z
      .object({
        UserPoolId: userPoolId,
        ClientId: clientId,
        ClientName: clientName.optional(),
      })
      .and(clientSettings),
    ({ UserPoolId, ClientId, ClientName, ...settings }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const { name, id, secrets, createdAt } = clientWithId(pool, ClientId);
      refuseImpossibleClient(pool, settings, secrets.length > 0);
      const identity = { id, secrets, createdAt, name: ClientName ?? name, modifiedAt: call.now };
      const client = appClient(identity, settings);
      pool.clients.set(id, client);
      return { UserPoolClient: describeClient(pool, client) };
    },
  ),
  DeleteUserPoolClient: operation(
    z.object({ UserPoolId: userPoolId, ClientId: clientId }),
    ({ UserPoolId, ClientId }, call) => {
      const pool = poolWithId(call, UserPoolId);
      pool.clients.delete(clientWithId(pool, ClientId).id);
      pool.brandings.delete(ClientId);
      return undefined;
    },
  ),
};
