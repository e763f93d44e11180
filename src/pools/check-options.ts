import {
  aFunction,
  checkOptions,
  oneOf,
  option,
  optionsOf,
  text,
} from '../errors/check-options.js';
import type { ArticleSeedOptions } from './article.js';
import type { StartPoolsOptions } from './pools.js';

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

const articleSeedOptions = optionsOf<ArticleSeedOptions>({ baseUrl: url }, 'give { baseUrl }');

/** @throws {TypeError} */
export function checkArticleSeedOptions(options: ArticleSeedOptions): void {
  checkOptions('articleSeed', articleSeedOptions, options);
}
