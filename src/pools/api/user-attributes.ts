import type { AppClient, PoolUser } from '../model/pool-state.js';
import { isEmail, schemaViolation, isPoolsOwn } from '../model/settings/schema.js';
import type { UserPool } from '../model/user-pool.js';
import { userWithLogin } from '../model/users.js';
import { ApiError, invalidParameter, notAuthorized } from './api-error.js';

/** Attributes as the API lists them, as a record; a missing value takes an attribute away. */
export function recordOf(
  list: readonly { Name: string; Value?: string | undefined }[] = [],
): Record<string, string> {
  return Object.fromEntries(list.map(({ Name, Value = '' }) => [Name, Value]));
}

/** @throws {ApiError} `InvalidParameterException` when the schema does not have or allow a value */
export function refuseForeignAttributes(
  { schema }: UserPool,
  attributes: Readonly<Record<string, string>>,
): void {
  const violation = schemaViolation(schema, attributes);
  if (violation !== undefined) {
    throw invalidParameter(`Attributes did not conform to the schema: ${violation}\n`);
  }
  if ('sub' in attributes || 'identities' in attributes) {
    const name = 'sub' in attributes ? 'sub' : 'identities';
    throw invalidParameter(`Cannot modify the non-mutable attribute ${name}`);
  }
}

/** @throws {ApiError} `InvalidParameterException` for a new user without what the pool requires */
export function refuseMissingAttributes(
  pool: UserPool,
  attributes: Readonly<Record<string, string>>,
): void {
  const missing = pool.requiredAttributes.find((name) => !attributes[name]);
  if (missing !== undefined) {
    throw invalidParameter(
      `Attributes did not conform to the schema: ${missing}: The attribute is required\n`,
    );
  }
}

/**
 * @throws {ApiError} `InvalidParameterException` when the attributes of a user may not become these
 */
export function refuseChange(pool: UserPool, attributes: Readonly<Record<string, string>>): void {
  refuseForeignAttributes(pool, attributes);
  const fixed = Object.keys(attributes).find((name) =>
    pool.schema.some(({ Name, Mutable }) => Name === name && Mutable === false),
  );
  if (fixed !== undefined) {
    throw invalidParameter(`user.${fixed}: Attribute cannot be updated.\n`);
  }
}

/** @throws {ApiError} `NotAuthorizedException` when a client may not write one of them */
export function refuseUnwritableAttributes(
  client: AppClient,
  attributes: Readonly<Record<string, string>>,
): void {
  const writable = client.writeAttributes;
  const isRefused = (name: string): boolean =>
    isPoolsOwn(name) || writable?.includes(name) === false;
  if (Object.keys(attributes).some(isRefused)) {
    throw notAuthorized('A client attempted to write unauthorized attribute');
  }
}

/**
 * What a new user is called, and the attributes that follow from the name they chose: in a pool
 * whose users sign in with their e-mail or phone number, the name is the `sub` and the address an
 * attribute.
 *
 * @throws {ApiError} `InvalidParameterException` when the name is of the wrong kind
 */
export function namedAttributes(
  { settings }: UserPool,
  name: string,
  sub: string,
): { username: string; attributes: Record<string, string> } {
  const { UsernameAttributes = [], AliasAttributes = [] } = settings;
  if (UsernameAttributes.includes('email') && isEmail(name)) {
    return { username: sub, attributes: { email: name } };
  }
  if (UsernameAttributes.includes('phone_number') && /^\+\d+$/.test(name)) {
    return { username: sub, attributes: { phone_number: name } };
  }
  if (UsernameAttributes.length > 0) {
    const kind = UsernameAttributes.includes('email') ? 'an email' : 'a phone number';
    const either = UsernameAttributes.length > 1 ? 'either an email or a phone number' : kind;
    throw invalidParameter(`Username should be ${either}.`);
  }
  if (AliasAttributes.includes('email') && isEmail(name)) {
    throw invalidParameter(
      'Username cannot be of email format, since user pool is configured for email alias.',
    );
  }
  return { username: name, attributes: {} };
}

/**
 * @throws {ApiError} `UsernameExistsException` or `AliasExistsException` when somebody has the name
 *   or an alias of it
 */
export function refuseTaken(
  pool: UserPool,
  { login, attributes }: { login: string; attributes: Readonly<Record<string, string>> },
  self?: PoolUser,
): void {
  const owner = userWithLogin(pool, login);
  if (owner !== undefined && owner !== self) {
    throw new ApiError('UsernameExistsException', 'User account already exists');
  }
  const { AliasAttributes = [], UsernameAttributes = [] } = pool.settings;
  for (const alias of [...AliasAttributes, ...UsernameAttributes]) {
    const value = attributes[alias];
    const other = value ? userWithLogin(pool, value) : undefined;
    if (other !== undefined && other !== self) {
      throw new ApiError(
        'AliasExistsException',
        `An account with the given ${alias} already exists.`,
      );
    }
  }
}

/**
 * Writes attributes into a user; an empty value takes one away, a new address is unverified unless
 * said otherwise.
 */
export function writeAttributes(
  user: PoolUser,
  attributes: Readonly<Record<string, string>>,
  now: number,
): void {
  for (const name of ['email', 'phone_number']) {
    const isChanged = attributes[name] !== undefined && attributes[name] !== user.attributes[name];
    if (isChanged && user.attributes[`${name}_verified`] !== undefined) {
      user.attributes[`${name}_verified`] = 'false';
    }
  }
  Object.assign(user.attributes, attributes);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === '') delete user.attributes[name];
  }
  user.modifiedAt = now;
}
