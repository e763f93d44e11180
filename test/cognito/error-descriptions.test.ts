import { describe, expect, it } from 'vitest';
import { recogniseAuthorizationError } from '../../src/cognito/error-descriptions.js';

describe('an error description of Cognito', () => {
  it.each([
    ['invalid_request', 'attributes required: [email]', 'attribute_missing'],
    ['invalid_request', 'user.email: Attribute cannot be updated.\n ', 'attribute_immutable'],
    ['invalid_request', 'username attribute mapping required', 'identity_provider_subject_missing'],
    [
      'invalid_request',
      'Invalid user attributes: custom:x: Attribute does not exist in the schema.\n',
      'attribute_unknown',
    ],
    [
      'invalid_request',
      'A client attempted to write unauthorized attribute',
      'attribute_not_writable',
    ],
    [
      'invalid_request',
      'Bad id_token issuer https://op.example.com/',
      'identity_provider_issuer_mismatch',
    ],
    ['invalid_request', 'oidc-pool-2 Error - 400 error getting token', 'identity_provider_refused'],
    [
      'invalid_request',
      'oidc-pool-2 Error - 400 invalid_client invalid_client_secret',
      'identity_provider_refused',
    ],
    [
      'invalid_request',
      'oidc-pool-2 Error - invalid_request invalid_scope',
      'identity_provider_refused',
    ],
    ['access_denied', 'oidc-pool-2 Error - access_denied No thanks', 'authorization_denied'],
    [
      'invalid_request',
      'Timeout occurred in calling IdP token endpoint',
      'identity_provider_unreachable',
    ],
    ['invalid_request', 'Timeout in calling jwks uri', 'identity_provider_unreachable'],
    [
      'invalid_request',
      'error_description=Timeout in calling jwks uri',
      'identity_provider_unreachable',
    ],
    ['invalid_request', 'Connection reset', 'identity_provider_unreachable'],
    ['invalid_request', 'Read timed out', 'identity_provider_unreachable'],
    ['server_error', 'Exception processing authorization code', 'identity_provider_answer_invalid'],
    ['invalid_request', 'PreSignUp failed with error not today.', 'sign_up_refused'],
    [
      'invalid_request',
      'Already found an entry for username Google_1',
      'account_linking_unfinished',
    ],
    [
      'invalid_request',
      'PreSignUp failed with error Already found an entry for username Google_1.',
      'account_linking_unfinished',
    ],
    ['invalid_request', 'invalid_scope', 'authorization_scope_refused'],
    ['invalid_scope', undefined, 'authorization_scope_refused'],
    ['unauthorized_client', undefined, 'authorization_flow_refused'],
    ['access_denied', undefined, 'authorization_denied'],
    ['invalid_request', undefined, 'authorization_failed'],
    ['server_error', 'something new', 'authorization_failed'],
    ['constructor', undefined, 'authorization_failed'],
  ])('%s, %s: %s', (error, description, code) => {
    expect(recogniseAuthorizationError(error, description)).toBe(code);
  });
});
