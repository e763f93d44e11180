import { z } from 'zod';
import {
  aFunction,
  checkOptions,
  listOf,
  oneOf,
  option,
  optionsOf,
  text,
  trueOrFalse,
} from '../../errors/check-options.js';
import type { FederatedPoolsSeedOptions } from '../seed/federated-pools.js';
import { faultEndpoints, tokenResponseMembers, type Fault, type TokenFault } from './faults.js';
import type { RotateKeysOptions, TokensOptions } from './pool-control.js';
import type { StartPoolsOptions } from '../start-pools.js';

const url = option(
  (value) => (typeof value === 'string' && URL.canParse(value) ? undefined : 'is no URL'),
  'write e.g. http://localhost:3000',
);

const startPoolsOptions = optionsOf<StartPoolsOptions>({
  seed: option((value) => {
    const isSeed = (typeof value === 'object' && value !== null) || typeof value === 'string';
    return isSeed ? undefined : 'is none';
  }, 'give an object, or the path of a .json or .yaml file').optional(),
  port: option((value) => {
    const isPort = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
    return isPort ? undefined : 'is none';
  }, 'give a number up to 65535, or leave it out for any that is free').optional(),
  host: text('give an address, or leave it out').optional(),
  publicUrl: url.optional(),
  keys: oneOf('fixed', 'generated').optional(),
  issuer: oneOf('local', 'aws').optional(),
  region: text('write e.g. eu-west-1').optional(),
  persist: text('give the path of a file, or leave it out').optional(),
  now: aFunction('give e.g. Date.now, or leave it out').optional(),
  log: aFunction('give a function that takes an event, or leave it out').optional(),
});

/** @throws {TypeError} */
export function checkStartPoolsOptions(options: StartPoolsOptions): void {
  checkOptions('startPools', startPoolsOptions, options);
}

const federatedPoolsSeedOptions = optionsOf<FederatedPoolsSeedOptions>(
  { baseUrl: url },
  'give { baseUrl }',
);

/** @throws {TypeError} */
export function checkFederatedPoolsSeedOptions(options: FederatedPoolsSeedOptions): void {
  checkOptions('federatedPoolsSeed', federatedPoolsSeedOptions, options);
}

const claims = z.record(z.string(), z.unknown(), 'is no object; give claims by their names');

const tokensOptions = optionsOf<TokensOptions>(
  {
    client: text('give the name of a client of the pool'),
    scope: text('give scopes with a space between').optional(),
    claims: claims.optional(),
  },
  'give { client, scope, claims }',
);

/** @throws {TypeError} */
export function checkTokensOptions(options: TokensOptions): void {
  checkOptions('pool.tokens', tokensOptions, options);
}

const rotateKeysOptions = optionsOf<RotateKeysOptions>({ keepOld: trueOrFalse.optional() });

/** @throws {TypeError} */
export function checkRotateKeysOptions(options: RotateKeysOptions): void {
  checkOptions('pool.rotateKeys', rotateKeysOptions, options);
}

const groupNames = listOf(text('give names of groups of the pool'), 'give names of groups');

/** @throws {TypeError} */
export function checkGroupNames(groups: readonly string[]): void {
  checkOptions('pool.setUserGroups', groupNames, groups, 'groups');
}

/** @throws {TypeError} */
export function checkRequestPath(path: string | undefined, known: readonly string[]): void {
  checkOptions('pools.requests', oneOf(...known).optional(), path, 'path');
}

const tokenFault = optionsOf<TokenFault>({
  claims: claims.optional(),
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
