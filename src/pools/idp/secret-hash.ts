import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AppClient } from '../pool-state.js';
import { notAuthorized } from './api-error.js';

/**
 * A client with a secret has to prove it with every call of its users.
 *
 * @param names what the hash may be made of: the user name as typed, or as the pool has it
 * @throws {ApiError} `NotAuthorizedException`
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
 */
export function requireSecretHash(
  { id, secret }: AppClient,
  given: string | undefined,
  names: readonly string[],
): void {
  if (secret === undefined) {
    if (given === undefined) return;
    throw notAuthorized(`Client ${id} is not configured for secret but secret hash was received`);
  }
  if (given === undefined) {
    throw notAuthorized(`Client ${id} is configured with secret but SECRET_HASH was not received`);
  }
  const isRight = names.some((name) => isSame(given, hashOf(secret, `${name}${id}`)));
  if (!isRight) throw notAuthorized(`Unable to verify secret hash for client ${id}`);
}

/** A client with a secret has to send it. @throws {ApiError} `NotAuthorizedException` */
export function requireSecret({ id, secret = '' }: AppClient, given: string | undefined): void {
  if (!isSame(given ?? '', secret)) {
    throw notAuthorized(`Unable to verify secret for client ${id}`);
  }
}

const hashOf = (secret: string, message: string): string =>
  createHmac('sha256', secret).update(message).digest('base64');

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
