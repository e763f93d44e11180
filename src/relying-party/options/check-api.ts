import { SCOPE_TOKEN } from '../../tokens/scope-token.js';
import {
  listOf,
  option,
  optional,
  optionsOf,
  refined,
  seconds,
  text,
  textThat,
  trueOrFalse,
  type Check,
} from '../../web/options/check-options.js';
import type { ApiIssuer, ApiOptions } from '../provider/api-tokens.js';
import { NOT_FURTHER_CLAIMS, problemWithUrlWithoutQuery } from './values.js';

/**
 * Clocks that differ by more are wrong, and a token that has expired should not be good for longer.
 */
const MOST_TOLERANCE_SECONDS = 600;

export const issuer: Check = textThat(
  problemWithUrlWithoutQuery,
  'copy it from the discovery document',
);

/** An empty list would be met by no token at all, and `undefined` in one by none that is meant. */
const audience = optional(
  option((value) => {
    const audiences = Array.isArray(value) ? (value as unknown[]) : [value];
    const isOne = audiences.every((each) => typeof each === 'string' && each !== '');
    return value === null || (isOne && audiences.length > 0) ? undefined : 'is none';
  }, 'give what aud says, one or several, or write null to look at no aud'),
);

const groupsClaim = optional(text('give the name of a claim, or leave it out'));

/** Scopes and groups have options of their own; here they would come in by another door. */
const furtherClaims = optional(
  listOf(
    option((value) => {
      if (typeof value !== 'string' || value === '') return 'is no name';
      return NOT_FURTHER_CLAIMS.includes(value) ? 'is not for this list' : undefined;
    }, 'give names of claims; for scopes and groups write scopes and groups'),
    'give a list of claims',
  ),
);

const scopes = optional(
  listOf(
    option(
      (value) => (typeof value === 'string' && SCOPE_TOKEN.test(value) ? undefined : 'is none'),
      'give names of scopes, one in each',
    ),
    'give a list of scopes',
  ),
);

const trustedClients = refined<readonly string[]>(
  listOf(text('give client IDs'), 'name the clients it is trusted for, in a list'),
  ({ length }) => (length === 0 ? 'is empty; name the clients it is trusted for' : undefined),
);

/** Whose access tokens the API takes. */
export const api: Check = optional(
  optionsOf<ApiOptions>({
    audience,
    groupsClaim,
    clientIds: optional(listOf(text('give client IDs'), 'give a list of client IDs')),
    issuers: optional(
      listOf(
        optionsOf<ApiIssuer>({
          issuer,
          clientIds: trustedClients,
          audience,
          scopes,
          groups: optional(listOf(text('give names of groups'), 'give a list of groups')),
          groupsClaim,
          claims: furtherClaims,
          emailIsVerified: optional(trueOrFalse),
        }),
        'give a list of { issuer, clientIds }',
      ),
    ),
    clockToleranceSeconds: optional(seconds(0, MOST_TOLERANCE_SECONDS)),
    scopes,
  }),
);
