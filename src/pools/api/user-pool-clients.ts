import { z } from 'zod';
import { appClient } from '../model/app-client.js';
import { originalSecret } from '../model/credentials/client-secrets.js';
import { makeClientId, makeClientSecret } from '../model/identifiers.js';
import { clientSettings, textWithin } from '../model/settings/settings.js';
import { invalidParameter } from './api-error.js';
import { refuseImpossibleClient } from './client-rules.js';
import { describeClient } from './descriptions.js';
import { clientId, clientSecret, pageSize, token } from './fields.js';
import { clientWithId } from './lookups.js';
import type { Operations } from './operation.js';
import { poolOperation } from './pool-operation.js';
import { pageOf } from './page.js';

const clientName = textWithin(1, 128).regex(/^[\w\s+=,.@-]+$/);

/** Create, Describe, List, Update, Delete UserPoolClient. */
export const userPoolClientOperations: Operations = {
  CreateUserPoolClient: poolOperation(
    z
      .object({
        ClientName: clientName,
        GenerateSecret: z.boolean().optional(),
        ClientSecret: clientSecret.optional(),
      })
      .and(clientSettings),
    ({ ClientName, GenerateSecret, ClientSecret, ...settings }, { pool, now }) => {
      if (GenerateSecret && ClientSecret !== undefined) {
        throw invalidParameter('Only one of GenerateSecret and ClientSecret can be specified.');
      }
      const secret = GenerateSecret ? makeClientSecret() : ClientSecret;
      refuseImpossibleClient(pool, settings, secret !== undefined);
      const times = { createdAt: now, modifiedAt: now };
      const id = makeClientId();
      const secrets = originalSecret(id, secret, now);
      const client = appClient({ name: ClientName, id, secrets, ...times }, settings);
      pool.clients.set(client.id, client);
      return { UserPoolClient: describeClient(pool, client) };
    },
  ),
  DescribeUserPoolClient: poolOperation(
    z.object({ ClientId: clientId }),
    ({ ClientId }, { pool }) => {
      return { UserPoolClient: describeClient(pool, clientWithId(pool, ClientId)) };
    },
  ),
  ListUserPoolClients: poolOperation(
    z.object({
      MaxResults: pageSize.optional(),
      NextToken: token.optional(),
    }),
    ({ MaxResults, NextToken }, { pool }) => {
      const { members, next } = pageOf([...pool.clients.values()], MaxResults, NextToken);
      return {
        UserPoolClients: members.map(({ id, name }) => ({
          ClientId: id,
          UserPoolId: pool.id,
          ClientName: name,
        })),
        NextToken: next,
      };
    },
  ),
  // What is left out goes back to its default: callers must read, change and write.
  UpdateUserPoolClient: poolOperation(
    z
      .object({
        ClientId: clientId,
        ClientName: clientName.optional(),
      })
      .and(clientSettings),
    ({ ClientId, ClientName, ...settings }, { pool, now }) => {
      const { name, id, secrets, createdAt } = clientWithId(pool, ClientId);
      refuseImpossibleClient(pool, settings, secrets.length > 0);
      const identity = { id, secrets, createdAt, name: ClientName ?? name, modifiedAt: now };
      const client = appClient(identity, settings);
      pool.clients.set(id, client);
      return { UserPoolClient: describeClient(pool, client) };
    },
  ),
  DeleteUserPoolClient: poolOperation(
    z.object({ ClientId: clientId }),
    ({ ClientId }, { pool }) => {
      pool.clients.delete(clientWithId(pool, ClientId).id);
      pool.brandings.delete(ClientId);
      return undefined;
    },
  ),
};
