import { types } from 'node:util';
import {
  checkOptions,
  isPlainObject,
  leftOutOr,
  oneOf,
  option,
  optionsOf,
  trueOrFalse,
  type Check,
} from '../web/options/check-options.js';
import { ACR_VALUES, MOST_MAX_AGE_SECONDS } from '../relying-party/login/request.js';
import { SCOPE_TOKEN } from '../tokens/scope-token.js';
import type { ApiAccess } from './api-access.js';
import type { SessionAccess } from './session-access.js';

/*
 * What a guard is told decides who gets in, so nothing of it may be silently without effect:
 * `undefined` is no default here but a setting that somebody forgot.
 */

/** The second argument of a guard, which may be left out, but not be `undefined`. */
export type GivenAccess<Access> = readonly [] | readonly [access: Access];

const LEAVE_OUT = 'leave it out, or name what the route asks for';

/** A challenge names it, in a header, which takes no other letters. */
const isScope = (value: unknown): boolean => typeof value === 'string' && SCOPE_TOKEN.test(value);

/**
 * Directories write whatever they like, such as `Domain Admins` or `CORP\Admins`; no header of ours
 * has it.
 */
const isGroup = (value: unknown): boolean => typeof value === 'string' && !/^$|\p{Cc}/u.test(value);

/** The copy of a list, or of what would be its only member. */
function namesThat(isGood: (value: unknown) => boolean): Check {
  const names = option((value) => {
    const list = Array.isArray(value) ? Array.from<unknown>(value) : [value];
    if (list.length === 0) return 'is an empty list';
    return list.every(isGood) ? undefined : 'is not a name';
  }, 'give one, or a list of them, or leave it out');
  return (value, tell) => [names(value, tell)].flat();
}

const goodClaim = option((value) => {
  if (isAsync(value)) return 'is an async function, whose promise is never true';
  if (typeof value === 'function') return undefined;
  if (!isPlainObject(value)) return 'is neither a plain object nor a function';
  const wanted = Object.values(value);
  if (wanted.length === 0) return 'names no claim';
  return wanted.every(isComparable) ? undefined : 'has a value that no claim equals';
}, 'give claims, each with a text, a number, true or false, or a function of the claims, or leave it out');

const claim: Check = (value, tell) => {
  goodClaim(value, tell);
  return typeof value === 'function' ? value : { ...(value as object) };
};

/** As it is written; what else returns a promise is found when it does. */
const isAsync = (value: unknown): boolean =>
  types.isAsyncFunction(value) || types.isGeneratorFunction(value);

const isComparable = (value: unknown): boolean =>
  ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);

const maxAgeSeconds = option((value) => {
  const isWhole = Number.isInteger(value) && Number(value) <= MOST_MAX_AGE_SECONDS;
  return isWhole && Number(value) >= 1 ? undefined : 'is no whole number of at least 1';
}, 'give seconds, e.g. 300, or leave it out');

const apiAccess = optionsOf<ApiAccess>(
  {
    scope: leftOutOr(namesThat(isScope)),
    group: leftOutOr(namesThat(isGroup)),
    claim: leftOutOr(claim),
    maxAgeSeconds: leftOutOr(maxAgeSeconds),
    via: leftOutOr(oneOf('session', 'bearer')),
  },
  LEAVE_OUT,
);

const sessionAccess = optionsOf<SessionAccess>(
  {
    maxAgeSeconds: leftOutOr(maxAgeSeconds),
    acrValues: leftOutOr(
      option(
        (value) => (typeof value === 'string' && ACR_VALUES.test(value) ? undefined : 'is not one'),
        'give acr values with a space between, as the provider names them, or leave it out',
      ),
    ),
    fresh: leftOutOr(trueOrFalse),
  },
  LEAVE_OUT,
);

/** Misuse is found when the route is made, not at its first request. @throws {TypeError} */
export const apiAccessOf = (given: GivenAccess<ApiAccess>): ApiAccess =>
  checkOptions('requireApiAccess', apiAccess, theOnly(given, 'requireApiAccess'), 'access');

/** The same for pages. @throws {TypeError} */
export const sessionAccessOf = (given: GivenAccess<SessionAccess>): SessionAccess =>
  checkOptions('requireSession', sessionAccess, theOnly(given, 'requireSession'), 'access');

function theOnly<Access>(given: GivenAccess<Access>, caller: string): Access | object {
  if (given.length > 1) {
    throw new TypeError(`${caller}: a second access is not looked at; write one with all of it`);
  }
  return given.length === 0 ? {} : given[0];
}
