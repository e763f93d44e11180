import { z } from 'zod';
import {
  checkOptions,
  listOf,
  oneOf,
  option,
  optionsOf,
  text,
} from '../../errors/check-options.js';
import type { TokenFault } from '../model/tokens/sign.js';
import { faultEndpoints, tokenResponseMembers, type Fault } from './faults.js';

/** Claims that somebody gives by their names. */
export const givenClaims: z.ZodType = z.record(
  z.string(),
  z.unknown(),
  'is no object; give claims by their names',
);

const tokenFault = optionsOf<TokenFault>({
  claims: givenClaims.optional(),
  signature: oneOf('foreign-key', 'corrupt', 'none').optional(),
  kid: text('give the name of a key').optional(),
});

const happens = option(
  (value) => (value === true ? undefined : 'is not true'),
  'write true, or leave it out',
).optional();

const fault = optionsOf<Fault>(
  {
    delayMs: option(
      (value) => (Number.isFinite(value) && Number(value) >= 0 ? undefined : 'is no such number'),
      'give 0 or more milliseconds',
    ).optional(),
    hang: happens,
    reset: happens,
    status: option((value) => {
      const isStatus = Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599;
      return isStatus ? undefined : 'is none';
    }, 'give a number from 200 to 599').optional(),
    body: option(
      (value) => (typeof value === 'string' ? undefined : 'is no text'),
      'give a text; JSON.stringify makes one of an object',
    ).optional(),
    contentType: text('write e.g. application/json').optional(),
    truncate: happens,
    throttle: happens,
    emptyJwks: happens,
    idToken: tokenFault.optional(),
    accessToken: tokenFault.optional(),
    omit: listOf(oneOf(...tokenResponseMembers), 'name members of the token response').optional(),
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
