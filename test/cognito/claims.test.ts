import { describe, expect, it } from 'vitest';
import { groupsOf, identityProviderOf } from '../../src/cognito/claims.js';
import { isUserPool } from '../../src/cognito/user-pool.js';

const known = ['oidc-pool-2', 'Google'];
const identity = {
  userId: 'u',
  providerName: 'oidc-pool-2',
  providerType: 'OIDC',
  primary: 'true',
};

describe('the identity provider a user came through', () => {
  it.each<[string, object, string | undefined]>([
    ['an array with string members', { identities: [identity] }, 'oidc-pool-2'],
    ['members that are booleans', { identities: [{ ...identity, primary: true }] }, 'oidc-pool-2'],
    ['one flattened object', { identities: identity }, 'oidc-pool-2'],
    ['a JSON string', { identities: JSON.stringify([identity]) }, 'oidc-pool-2'],
    [
      'the primary of several',
      { identities: [{ ...identity, providerName: 'Other', primary: 'false' }, identity] },
      'oidc-pool-2',
    ],
    ['a name in another case', { identities: [{ ...identity, providerName: 'google' }] }, 'Google'],
    ['a provider we do not know', { identities: [{ ...identity, providerName: 'X' }] }, 'X'],
    ['only a federated username', { 'cognito:username': 'oidc-pool-2_1234' }, 'oidc-pool-2'],
    ['a lower-case prefix', { 'cognito:username': 'google_1234' }, 'Google'],
    ['a username of the pool itself', { 'cognito:username': 'alice_b' }, undefined],
    ['nonsense', { identities: '{', 'cognito:username': 7 }, undefined],
    ['nothing', {}, undefined],
  ])('is found in %s', (_name, claims, provider) => {
    expect(identityProviderOf(claims as Record<string, unknown>, known)).toBe(provider);
  });
});

it('takes groups only from an array of names', () => {
  expect(groupsOf({ 'cognito:groups': ['a', 1, 'b'] }, 'cognito:groups')).toEqual(['a', 'b']);
  expect(groupsOf({ 'cognito:groups': 'a' }, 'cognito:groups')).toEqual([]);
  expect(groupsOf({}, 'cognito:groups')).toEqual([]);
});

it.each([
  ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz', true],
  ['https://issuer-cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_AbC123xyz', true],
  ['http://127.0.0.1:4000/eu-west-1_Master001', true],
  ['https://login.example.com', false],
  ['https://login.example.com/realms/eu', false],
])('tells whether %s is a user pool: %s', (issuer, expected) => {
  expect(isUserPool(issuer)).toBe(expected);
});
