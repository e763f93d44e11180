import { z } from 'zod';
import { wordsForJson } from '../../web/options/json-words.js';
import { strictClientSettings, strictPoolSettings } from '../model/settings/settings-shape.js';
import { referenceProblems } from './references.js';
import { SeedError, type PoolsSeed } from './seed.js';

const name = z.string().min(1).max(128);
const seconds = z.number().int();
const registeredUrl = z.string().refine((url) => URL.canParse(url) && !url.includes('#'), {
  error: 'must be an absolute URL without a fragment',
});

const clientSecret = z.string().regex(/^[\w+]{24,64}$/, 'must be 24 to 64 letters, digits, _ or +');

const client = z.strictObject({
  name,
  id: z
    .string()
    .regex(/^[\w+]{1,128}$/)
    .optional(),
  secret: clientSecret.nullish(),
  addedSecrets: z.array(clientSecret).optional(),
  callbackUrls: z
    .array(z.union([registeredUrl, z.strictObject({ idpResponseOf: name })]))
    .max(100)
    .optional(),
  logoutUrls: z.array(registeredUrl).max(100).optional(),
  flows: z
    .array(z.enum(['code', 'implicit', 'client_credentials']))
    .min(1)
    .refine((flows) => !flows.includes('client_credentials') || flows.length === 1, {
      error: 'client_credentials cannot be combined with other flows',
    })
    .optional(),
  scopes: z.array(z.string().min(1)).max(50).optional(),
  identityProviders: z.array(name).optional(),
  accessTokenSeconds: seconds.min(1).max(86_400).optional(),
  idTokenSeconds: seconds.min(1).max(86_400).optional(),
  refreshTokenSeconds: seconds.min(1).max(315_360_000).optional(),
  refreshTokenRotation: z
    .strictObject({ graceSeconds: seconds.min(0).max(60).optional() })
    .optional(),
  tokenRevocation: z.boolean().optional(),
  preventUserExistenceErrors: z.boolean().optional(),
  settings: strictClientSettings.optional(),
});

const identityProvider = z.strictObject({
  name: z
    .string()
    .max(32)
    .regex(
      /^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$/u,
      'must be 3 to 32 characters without _ or blank',
    ),
  identifiers: z.array(z.string().min(1).max(40)).max(50).optional(),
  issuer: z.union([z.url(), z.strictObject({ pool: name })]),
  client: z.union([
    z.strictObject({ pool: name, name }),
    z.strictObject({ id: z.string().min(1), secret: z.string().min(1) }),
  ]),
  scopes: z
    .string()
    .refine((scopes) => scopes.split(' ').includes('openid'), { error: 'must contain openid' })
    .optional(),
  attributeMapping: z.record(z.string(), z.string()).optional(),
  details: z.record(z.string(), z.string()).optional(),
});

const user = z
  .strictObject({
    username: name,
    sub: z.string().min(1).optional(),
    password: z.string().min(1).max(256).optional(),
    passwordHash: z
      .string()
      .regex(/^scrypt(\$[^$]+){2}((\$[^$]+){2})?$/, 'must be scrypt$salt$key')
      .optional(),
    status: z
      .enum([
        'CONFIRMED',
        'FORCE_CHANGE_PASSWORD',
        'EXTERNAL_PROVIDER',
        'UNCONFIRMED',
        'RESET_REQUIRED',
      ])
      .optional(),
    enabled: z.boolean().optional(),
    attributes: z.record(z.string(), z.string().max(2048)).optional(),
    groups: z.array(name).optional(),
  })
  .refine(({ password, passwordHash }) => password === undefined || passwordHash === undefined, {
    error: 'has both password and passwordHash',
  });

const pool = z.strictObject({
  name,
  id: z
    .string()
    .regex(/^[a-z]{2}(-gov)?-[a-z]+-\d_[A-Za-z0-9]+$/, 'must look like eu-west-1_AbC123xyz')
    .optional(),
  domain: z.string().nullish(),
  managedLoginVersion: z.int().min(1).max(2).optional(),
  passwordPolicy: z
    .strictObject({
      minimumLength: z.number().int().min(6).max(99).optional(),
      requireLowercase: z.boolean().optional(),
      requireUppercase: z.boolean().optional(),
      requireNumbers: z.boolean().optional(),
      requireSymbols: z.boolean().optional(),
    })
    .optional(),
  requiredAttributes: z.array(z.string().min(1)).optional(),
  settings: strictPoolSettings.optional(),
  clients: z.array(client).optional(),
  identityProviders: z.array(identityProvider).optional(),
  groups: z
    .array(
      z.strictObject({
        name,
        description: z.string().optional(),
        roleArn: z.string().optional(),
        precedence: z.int().min(0).optional(),
      }),
    )
    .optional(),
  resourceServers: z
    .array(
      z.strictObject({
        identifier: name,
        name: name.optional(),
        scopes: z.array(z.strictObject({ name, description: z.string().optional() })).max(100),
      }),
    )
    .optional(),
  users: z.array(user).optional(),
});

const seedShape = z.strictObject({ pools: z.array(pool) });

/**
 * Checks a seed whole: shape first, then what refers to what.
 *
 * @param file where the seed came from, for the message
 * @throws {SeedError} with every problem and its path; the message never has a value of a secret or
 *   password
 */
export function parseSeed(candidate: unknown, file?: string): PoolsSeed {
  const result = seedShape.safeParse(candidate, { error: wordsForJson });
  const problems = result.success
    ? referenceProblems(result.data)
    : result.error.issues.map(({ path, message }) => ({ path: writePath(path), problem: message }));
  if (!result.success || problems.length > 0) throw new SeedError(problems, file);
  return result.data;
}

const writePath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : `${text}${text ? '.' : ''}${String(part)}`,
    '',
  );
