import type { RelyingPartyErrorCode } from '../errors/relying-party-error.js';

/**
 * Cognito says most things as `invalid_request` with a description. Its texts, and those it relays,
 * in the order they are looked for: a relayed text may contain another one, so what begins with the
 * provider's name comes first.
 */
const texts: readonly (readonly [RegExp, RelyingPartyErrorCode])[] = [
  [/^\S+ Error - (?:\d+ )?access_denied\b/, 'authorization_denied'],
  [/^\S+ Error - /, 'identity_provider_refused'],
  [/^attributes required: \[/, 'attribute_missing'],
  [/\bAttribute cannot be updated\./, 'attribute_immutable'],
  [/\bAttribute does not exist in the schema\b/, 'attribute_unknown'],
  [/\battempted to write unauthorized attribute\b/i, 'attribute_not_writable'],
  [/^username attribute mapping required\b/, 'identity_provider_subject_missing'],
  [/^Bad id_token issuer\b/, 'identity_provider_issuer_mismatch'],
  [/^(?:error_description=)?Timeout (?:occurred )?in calling /, 'identity_provider_unreachable'],
  [/^(?:Connection reset|Read timed out|connect timed out)\b/i, 'identity_provider_unreachable'],
  [/^Exception processing authorization code\b/, 'identity_provider_answer_invalid'],
  [/^(?:error_description=)?Already found an entry for username\b/, 'account_linking_unfinished'],
  // A trigger relays the same thing when it is itself what links the accounts. Anybody can write
  // this text into a callback's address: the first half says where the second may begin, once.
  [
    /^(?:(?! failed with error )[^])* failed with error [^]*\bAlready found an entry for username\b/,
    'account_linking_unfinished',
  ],
  [
    /^(?:PreSignUp|PreAuthentication|PostAuthentication|PostConfirmation|PreTokenGeneration) failed with error\b/,
    'sign_up_refused',
  ],
  [/^invalid_scope$/, 'authorization_scope_refused'],
];

const errors: Readonly<Record<string, RelyingPartyErrorCode>> = {
  access_denied: 'authorization_denied',
  invalid_scope: 'authorization_scope_refused',
  unauthorized_client: 'authorization_flow_refused',
};

/**
 * What an authorization error means, by Cognito's description of it, and by the error itself where
 * that says enough.
 *
 * @param error as in the query of the callback; RFC 6749, section 4.1.2.1
 * @param description decoded; the provider's words, never to be shown to a user
 * @returns `authorization_failed` for what we do not recognise
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoint-errors.html
 */
export function recogniseAuthorizationError(
  error: string,
  description: string | undefined,
): RelyingPartyErrorCode {
  const known = texts.find(([text]) => text.test(description ?? ''));
  return known?.[1] ?? (Object.hasOwn(errors, error) ? errors[error]! : 'authorization_failed');
}
