import {
  type Check,
  anyMembers,
  checkOptions,
  listOf,
  oneOf,
  option,
  optional,
  optionsOf,
  text,
} from '../../web/options/check-options.js';
import type { TokenFault } from '../model/tokens/sign.js';
import { faultEndpoints, tokenResponseMembers, type Fault } from './faults.js';

/** Claims that somebody gives by their names. */
export const givenClaims: Check = anyMembers('give claims by their names');

const tokenFault = optionsOf<TokenFault>({
  claims: optional(givenClaims),
  signature: optional(oneOf('foreign-key', 'corrupt', 'none')),
  kid: optional(text('give the name of a key')),
});

const happens = optional(
  option((value) => (value === true ? undefined : 'is not true'), 'write true, or leave it out'),
);

const fault = optionsOf<Fault>(
  {
    delayMs: optional(
      option(
        (value) => (Number.isFinite(value) && Number(value) >= 0 ? undefined : 'is no such number'),
        'give 0 or more milliseconds',
      ),
    ),
    hang: happens,
    reset: happens,
    status: optional(
      option((value) => {
        const isStatus = Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599;
        return isStatus ? undefined : 'is none';
      }, 'give a number from 200 to 599'),
    ),
    body: optional(
      option(
        (value) => (typeof value === 'string' ? undefined : 'is no text'),
        'give a text; JSON.stringify makes one of an object',
      ),
    ),
    contentType: optional(text('write e.g. application/json')),
    truncate: happens,
    throttle: happens,
    emptyJwks: happens,
    idToken: optional(tokenFault),
    accessToken: optional(tokenFault),
    omit: optional(listOf(oneOf(...tokenResponseMembers), 'name members of the token response')),
  },
  'give what goes wrong, e.g. { status: 503 }',
);

/** @throws {TypeError} */
export function checkFault(
  caller: 'faults.once' | 'faults.always',
  endpoint: string,
  given: Fault,
): void {
  checkOptions(caller, oneOf(...faultEndpoints), endpoint, 'endpoint');
  checkOptions(caller, fault, given, 'fault');
}
