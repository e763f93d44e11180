import {
  aFunction,
  anyMembers,
  checkOptions,
  listOf,
  oneOf,
  option,
  optional,
  optionsOf,
  text,
  trueOrFalse,
} from '../web/options/check-options.js';
import type { ArticleSeedOptions } from './seed/article.js';
import {
  faultEndpoints,
  tokenResponseMembers,
  type Fault,
  type TokenFault,
} from './control/faults.js';
import type { RotateKeysOptions, TokensOptions } from './control/pool-control.js';
import type { StartPoolsOptions } from './pools.js';

const url = option(
  (value) => (typeof value === 'string' && URL.canParse(value) ? undefined : 'is no URL'),
  'write e.g. http://localhost:3000',
);

const startPoolsOptions = optionsOf<StartPoolsOptions>({
  seed: optional(
    option((value) => {
      const isSeed = (typeof value === 'object' && value !== null) || typeof value === 'string';
      return isSeed ? undefined : 'is none';
    }, 'give an object, or the path of a .json or .yaml file'),
  ),
  port: optional(
    option((value) => {
      const isPort = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
      return isPort ? undefined : 'is none';
    }, 'give a number up to 65535, or leave it out for any that is free'),
  ),
  host: optional(text('give an address, or leave it out')),
  publicUrl: optional(url),
  keys: optional(oneOf('fixed', 'generated')),
  issuer: optional(oneOf('local', 'aws')),
  region: optional(text('write e.g. eu-west-1')),
  persist: optional(text('give the path of a file, or leave it out')),
  now: optional(aFunction('give e.g. Date.now, or leave it out')),
  log: optional(aFunction('give a function that takes an event, or leave it out')),
});

/** @throws {TypeError} */
export function checkStartPoolsOptions(options: StartPoolsOptions): void {
  checkOptions('startPools', startPoolsOptions, options);
}

const articleSeedOptions = optionsOf<ArticleSeedOptions>({ baseUrl: url }, 'give { baseUrl }');

/** @throws {TypeError} */
export function checkArticleSeedOptions(options: ArticleSeedOptions): void {
  checkOptions('articleSeed', articleSeedOptions, options);
}

const claims = anyMembers('give claims by their names');

const tokensOptions = optionsOf<TokensOptions>(
  {
    client: text('give the name of a client of the pool'),
    scope: optional(text('give scopes with a space between')),
    claims: optional(claims),
  },
  'give { client, scope, claims }',
);

/** @throws {TypeError} */
export function checkTokensOptions(options: TokensOptions): void {
  checkOptions('pool.tokens', tokensOptions, options);
}

const rotateKeysOptions = optionsOf<RotateKeysOptions>({ keepOld: optional(trueOrFalse) });

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
  checkOptions('pools.requests', optional(oneOf(...known)), path, 'path');
}

const tokenFault = optionsOf<TokenFault>({
  claims: optional(claims),
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
