import { createHmac } from 'node:crypto';
import { isSecretOf } from '../model/credentials/client-secrets.js';
import { isSame } from '../model/credentials/is-same.js';
import type { AppClient } from '../model/pool-state.js';
import { notAuthorized } from './api-error.js';

/**
 * A client with a secret has to prove it with every call of its users.
 *
 * @param names what the hash may be made of: the user name as typed, or as the pool has it
 * @throws {ApiError} `NotAuthorizedException`
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
 */
export function requireSecretHash(
  { id, secrets }: AppClient,
  given: string | undefined,
  names: readonly string[],
): void {
  if (secrets.length === 0) {
    if (given === undefined) return;
    throw notAuthorized(`Client ${id} is not configured for secret but secret hash was received`);
  }
  if (given === undefined) {
    throw notAuthorized(`Client ${id} is configured with secret but SECRET_HASH was not received`);
  }
  const isRight = secrets.some(({ value }) =>
    names.some((name) => isSame(given, hashOf(value, `${name}${id}`))),
  );
  if (!isRight) throw notAuthorized(`Unable to verify secret hash for client ${id}`);
}

/** A client with a secret has to send it. @throws {ApiError} `NotAuthorizedException` */
export function requireSecret(client: AppClient, given: string | undefined): void {
  if (!isSecretOf(client, given ?? '')) {
    throw notAuthorized(`Unable to verify secret for client ${client.id}`);
  }
}

const hashOf = (secret: string, message: string): string =>
  createHmac('sha256', secret).update(message).digest('base64');
