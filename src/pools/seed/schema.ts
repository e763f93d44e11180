import { z } from 'zod';
import { wordsForJson } from '../../web/options/json-words.js';
import { clientSettings, poolSettings, textWithin } from '../model/settings/settings.js';
import { referenceProblems } from './references.js';
import { SeedError, type PoolsSeed } from './seed.js';

const text = z.string();
const nonEmpty = text.min(1);
const name = textWithin(1, 128);
const seconds = z.number().int();
const registeredUrl = text.refine((url) => URL.canParse(url) && !url.includes('#'), {
  error: 'must be an absolute URL without a fragment',
});

const clientSecret = text.regex(/^[\w+]{24,64}$/, 'must be 24 to 64 letters, digits, _ or +');

/** Members that may be left out. */
const optional = <Shape extends z.ZodRawShape>(members: Shape) => z.object(members).partial().shape;

const client = z.strictObject({
  name,
  ...optional({
    id: text.regex(/^[\w+]{1,128}$/),
    secret: clientSecret.nullable(),
    addedSecrets: z.array(clientSecret),
    callbackUrls: z
      .array(z.union([registeredUrl, z.strictObject({ idpResponseOf: name })]))
      .max(100),
    logoutUrls: z.array(registeredUrl).max(100),
    flows: z
      .array(z.enum(['code', 'implicit', 'client_credentials']))
      .min(1)
      .refine((flows) => !flows.includes('client_credentials') || flows.length === 1, {
        error: 'client_credentials cannot be combined with other flows',
      }),
    scopes: z.array(nonEmpty).max(50),
    identityProviders: z.array(name),
    accessTokenSeconds: seconds.min(1).max(86_400),
    idTokenSeconds: seconds.min(1).max(86_400),
    refreshTokenSeconds: seconds.min(1).max(315_360_000),
    refreshTokenRotation: z.strictObject({ graceSeconds: seconds.min(0).max(60).optional() }),
    tokenRevocation: z.boolean(),
    preventUserExistenceErrors: z.boolean(),
    settings: clientSettings.strict(),
  }),
});

const identityProvider = z.strictObject({
  name: text
    .max(32)
    .regex(
      /^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$/u,
      'must be 3 to 32 characters without _ or blank',
    ),
  identifiers: z.array(textWithin(1, 40)).max(50).optional(),
  issuer: z.union([z.url(), z.strictObject({ pool: name })]),
  client: z.union([
    z.strictObject({ pool: name, name }),
    z.strictObject({ id: nonEmpty, secret: nonEmpty }),
  ]),
  ...optional({
    scopes: text.refine((scopes) => scopes.split(' ').includes('openid'), {
      error: 'must contain openid',
    }),
    attributeMapping: z.record(text, text),
    details: z.record(text, text),
  }),
});

const user = z
  .strictObject({
    username: name,
    ...optional({
      sub: nonEmpty,
      password: textWithin(1, 256),
      passwordHash: text.regex(/^scrypt(\$[^$]+){2}((\$[^$]+){2})?$/, 'must be scrypt$salt$key'),
      status: z.enum([
        'CONFIRMED',
        'FORCE_CHANGE_PASSWORD',
        'EXTERNAL_PROVIDER',
        'UNCONFIRMED',
        'RESET_REQUIRED',
      ]),
      enabled: z.boolean(),
      attributes: z.record(text, text.max(2048)),
      groups: z.array(name),
    }),
  })
  .refine(({ password, passwordHash }) => password === undefined || passwordHash === undefined, {
    error: 'has both password and passwordHash',
  });

const group = z.strictObject({
  name,
  ...optional({ description: text, roleArn: text, precedence: z.int().min(0) }),
});

const resourceServer = z.strictObject({
  identifier: name,
  name: name.optional(),
  scopes: z.array(z.strictObject({ name, description: text.optional() })).max(100),
});

const pool = z.strictObject({
  name,
  ...optional({
    id: text.regex(
      /^[a-z]{2}(-gov)?-[a-z]+-\d_[A-Za-z0-9]+$/,
      'must look like eu-west-1_AbC123xyz',
    ),
    domain: text.nullable(),
    managedLoginVersion: z.int().min(1).max(2),
    passwordPolicy: z
      .strictObject({
        minimumLength: z.number().int().min(6).max(99),
        requireLowercase: z.boolean(),
        requireUppercase: z.boolean(),
        requireNumbers: z.boolean(),
        requireSymbols: z.boolean(),
      })
      .partial(),
    requiredAttributes: z.array(nonEmpty),
    settings: poolSettings.strict(),
    clients: z.array(client),
    identityProviders: z.array(identityProvider),
    groups: z.array(group),
    resourceServers: z.array(resourceServer),
    users: z.array(user),
  }),
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
    (before, part) =>
      typeof part === 'number'
        ? `${before}[${part}]`
        : `${before}${before ? '.' : ''}${String(part)}`,
    '',
  );
