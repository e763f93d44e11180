import type { AppClient, IdentityProvider, PoolUser } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { userWithLogin } from '../model/users.js';
import { notFound, userNotFound } from './api-error.js';
import type { ApiCall } from './operation.js';

/** @throws {ApiError} `ResourceNotFoundException` */
export function poolWithId({ runtime }: ApiCall, id: string): UserPool {
  const pool = runtime.pools.find((each) => each.id === id);
  if (pool === undefined) throw notFound(`User pool ${id} does not exist.`);
  return pool;
}

/** A client of a pool. @throws {ApiError} `ResourceNotFoundException` */
export function clientWithId(pool: UserPool, id: string): AppClient {
  const client = pool.client(id);
  if (client === undefined) throw notFound(`User pool client ${id} does not exist.`);
  return client;
}

/**
 * A client and its pool, for operations that name only the client.
 * @throws {ApiError} `ResourceNotFoundException`
 */
export function poolOfClient(
  { runtime }: ApiCall,
  id: string,
): { pool: UserPool; client: AppClient } {
  const pool = runtime.pools.find((each) => each.client(id) !== undefined);
  if (pool === undefined) throw notFound(`User pool client ${id} does not exist.`);
  return { pool, client: clientWithId(pool, id) };
}

/** A user by name or alias. @throws {ApiError} `UserNotFoundException` */
export function userWithName(pool: UserPool, username: string): PoolUser {
  const user = userWithLogin(pool, username) ?? userWithSub(pool, username);
  if (user === undefined) throw userNotFound();
  return user;
}

const userWithSub = (pool: UserPool, sub: string): PoolUser | undefined =>
  [...pool.users.values()].find((each) => each.sub === sub);

/** @throws {ApiError} `ResourceNotFoundException` */
export function providerWithName(pool: UserPool, name: string): IdentityProvider {
  const provider = pool.identityProviders.get(name);
  if (provider === undefined) throw notFound(`Identity provider ${name} does not exist.`);
  return provider;
}
