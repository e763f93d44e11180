import { z } from 'zod';
import {
  addedSecret,
  MOST_SECRETS,
  type ClientSecret,
} from '../model/credentials/client-secrets.js';
import { makeClientSecret } from '../model/identifiers.js';
import { textWithin } from '../model/settings/settings.js';
import { ApiError, invalidParameter, notFound } from './api-error.js';
import { seconds } from './descriptions.js';
import { clientId, clientSecret, token } from './fields.js';
import { clientWithId } from './lookups.js';
import type { Operations } from './operation.js';
import { poolOperation } from './pool-operation.js';

/**
 * Add, List, Delete UserPoolClientSecret: what a client changes its secret with while both work.
 */
export const clientSecretOperations: Operations = {
  AddUserPoolClientSecret: poolOperation(
    z.object({ ClientId: clientId, ClientSecret: clientSecret.optional() }),
    ({ ClientId, ClientSecret: given }, { pool, now }) => {
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
      const secret = addedSecret(client, given ?? makeClientSecret(), now);
      pool.clients.set(ClientId, {
        ...client,
        secrets: [...client.secrets, secret],
        modifiedAt: now,
      });
      const ClientSecretValue = given === undefined ? secret.value : undefined;
      return { ClientSecretDescriptor: { ...describeSecret(secret), ClientSecretValue } };
    },
  ),
  // All of them are on the one page.
  ListUserPoolClientSecrets: poolOperation(
    z.object({ ClientId: clientId, NextToken: token.optional() }),
    ({ ClientId }, { pool }) => ({
      ClientSecrets: clientWithId(pool, ClientId).secrets.map(describeSecret),
    }),
  ),
  DeleteUserPoolClientSecret: poolOperation(
    z.object({ ClientId: clientId, ClientSecretId: textWithin(1, 128) }),
    ({ ClientId, ClientSecretId }, { pool, now }) => {
      const client = clientWithId(pool, ClientId);
      const secrets = client.secrets.filter(({ id }) => id !== ClientSecretId);
      if (secrets.length === client.secrets.length) {
        throw notFound(`Client secret ${ClientSecretId} does not exist.`);
      }
      if (secrets.length === 0) {
        throw invalidParameter(`The last secret of client ${ClientId} cannot be deleted.`);
      }
      pool.clients.set(ClientId, { ...client, secrets, modifiedAt: now });
      return {};
    },
  ),
};

/** Without its value. */
const describeSecret = ({ id, createdAt }: ClientSecret): object => ({
  ClientSecretId: id,
  ClientSecretCreateDate: seconds(createdAt),
});
