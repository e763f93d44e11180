import type { FoundPool } from './read-actual.js';
import type { UserResource } from '../wanted/resources.js';

/** A pool whose users sign in with their e-mail address takes nothing else for a name. */
export const usernameIn = (pool: FoundPool, { properties }: UserResource): string =>
  pool.UsernameAttributes?.includes('email') ? properties.email : properties.Username;
