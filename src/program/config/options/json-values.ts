import { z } from 'zod';
import type { IdentityProvider } from '../../../relying-party/provider/identity-provider.js';
import type { ApiIssuer } from '../../../relying-party/provider/api-tokens.js';
import { NOT_FURTHER_CLAIMS } from '../../../relying-party/options/values.js';
import type { Schema } from './option.js';
import { secureUrl, urlWithoutQuery } from './values.js';

/*
 * The settings that are JSON. Their own messages, as those of the others, complete the sentence
 * "NAME …"; whatever else a schema may say is put in our words where settings are read.
 */

const filled = z.string().min(1, 'is empty');

const signOut = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('cognito'),
      domain: urlWithoutQuery.transform((url) => url.replace(/\/+$/, '')),
      clientId: filled,
    }),
    z.strictObject({
      kind: z.literal('oidc'),
      endSessionEndpoint: secureUrl,
      clientId: filled.optional(),
    }),
    z.strictObject({ kind: z.literal('none'), advice: filled }),
  ],
  {
    error: ({ code }) =>
      code === 'invalid_union' ? 'needs a "kind" of "cognito", "oidc" or "none"' : undefined,
  },
);

const identityProvider = z
  .strictObject({
    name: filled,
    label: filled.optional(),
    emailDomains: z.array(filled.transform((domain) => domain.toLowerCase())).default([]),
    signOut,
    emailIsVerified: z.boolean().optional(),
  })
  .transform((provider) => ({ ...provider, label: provider.label ?? provider.name }));

/** The repeated ones of `values`, each once. */
const repeated = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];

/**
 * JSON that must be a list of these; of each kind of name that they have, none may be there twice.
 */
const jsonList = <Value>(
  each: z.ZodType<Value>,
  namesOf: (list: readonly Value[]) => readonly (readonly string[])[],
): Schema<readonly Value[]> =>
  z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        const isStripped = /\w/.test(value) && !value.includes('"');
        const why = isStripped
          ? `, which has quotes (") round each name and text: a shell takes them away where no ' stands round the value`
          : '';
        context.addIssue({ code: 'custom', message: `is not JSON${why}` });
        return z.NEVER;
      }
    })
    .pipe(z.array(each))
    .superRefine((list, context) => {
      for (const name of namesOf(list).flatMap(repeated)) {
        context.addIssue({ code: 'custom', message: `has ${JSON.stringify(name)} twice` });
      }
    });

/** By name and by e-mail domain; were one there twice, a choice would depend on the order. */
export const identityProviders: Schema<readonly IdentityProvider[]> = jsonList(
  identityProvider,
  (providers) => [
    providers.map(({ name }) => name.toLowerCase()),
    providers.flatMap(({ emailDomains }) => emailDomains),
  ],
);

const furtherClaim = filled.refine((name) => !NOT_FURTHER_CLAIMS.includes(name), {
  error: 'is not for this list; write scopes and groups',
});

const apiIssuer = z.strictObject({
  issuer: urlWithoutQuery,
  clientIds: z.array(filled).min(1, 'is empty; name the clients it is trusted for'),
  audience: z
    .union([filled, z.array(filled).min(1, 'is empty')], {
      error: 'is neither a text, a list of texts nor null',
    })
    .nullable()
    .optional(),
  scopes: z.array(filled).optional(),
  groups: z.array(filled).optional(),
  groupsClaim: filled.optional(),
  claims: z.array(furtherClaim).optional(),
  emailIsVerified: z.boolean().optional(),
});

export const apiIssuers: Schema<readonly ApiIssuer[]> = jsonList(apiIssuer, (issuers) => [
  issuers.map(({ issuer }) => issuer),
]);
