import { z } from 'zod';
import {
  addedSecret,
  MOST_SECRETS,
  type ClientSecret,
} from '../model/credentials/client-secrets.js';
import { makeClientSecret } from '../model/identifiers.js';
import type { AppClient } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { ApiError, invalidParameter, notFound } from './api-error.js';
import { seconds } from './descriptions.js';
import { clientId, clientSecret, token, userPoolId } from './fields.js';
import { clientWithId, poolWithId } from './lookups.js';
import { operation, type ApiCall, type Operations } from './operation.js';

const ofClient = { UserPoolId: userPoolId, ClientId: clientId };

/**
 * Add, List, Delete UserPoolClientSecret: what a client changes its secret with while both work.
 */
export const clientSecretOperations: Operations = {
  AddUserPoolClientSecret: operation(
    z.object({ ...ofClient, ClientSecret: clientSecret.optional() }),
    ({ UserPoolId, ClientId, ClientSecret: given }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const client = clientWithId(pool, ClientId);
      if (client.secrets.length === 0) {
        throw invalidParameter(`Client ${ClientId} is not configured for secret`);
      }
      if (client.secrets.length >= MOST_SECRETS) {
        throw new ApiError(
          'LimitExceededException',
          `Client ${ClientId} has ${MOST_SECRETS} secrets already`,
        );
      }
      const secret = addedSecret(client, given ?? makeClientSecret(), call.now);
      keep(pool, client, [...client.secrets, secret], call);
      const ClientSecretValue = given === undefined ? secret.value : undefined;
      return { ClientSecretDescriptor: { ...describeSecret(secret), ClientSecretValue } };
    },
  ),
  // All of them are on the one page.
  ListUserPoolClientSecrets: operation(
    z.object({ ...ofClient, NextToken: token.optional() }),
    ({ UserPoolId, ClientId }, call) => {
      const { secrets } = clientWithId(poolWithId(call, UserPoolId), ClientId);
      return { ClientSecrets: secrets.map(describeSecret) };
    },
  ),
  DeleteUserPoolClientSecret: operation(
    z.object({ ...ofClient, ClientSecretId: z.string().min(1).max(128) }),
    ({ UserPoolId, ClientId, ClientSecretId }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const client = clientWithId(pool, ClientId);
      const left = client.secrets.filter(({ id }) => id !== ClientSecretId);
      if (left.length === client.secrets.length) {
        throw notFound(`Client secret ${ClientSecretId} does not exist.`);
      }
      if (left.length === 0) {
        throw invalidParameter(`The last secret of client ${ClientId} cannot be deleted.`);
      }
      keep(pool, client, left, call);
      return {};
    },
  ),
};

function keep(
  pool: UserPool,
  client: AppClient,
  secrets: readonly ClientSecret[],
  { now }: ApiCall,
): void {
  pool.clients.set(client.id, { ...client, secrets, modifiedAt: now });
}

/** Without its value. */
const describeSecret = ({ id, createdAt }: ClientSecret): object => ({
  ClientSecretId: id,
  ClientSecretCreateDate: seconds(createdAt),
});
