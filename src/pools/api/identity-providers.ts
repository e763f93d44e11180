import { z } from 'zod';
import { identityProvider } from '../model/identity-provider.js';
import { providerSettings, textWithin, type ProviderSettings } from '../model/settings/settings.js';
import type { UserPool } from '../model/user-pool.js';
import { ApiError, invalidParameter, notFound } from './api-error.js';
import { datesOf, describeProvider } from './descriptions.js';
import { pageSize, token } from './fields.js';
import { providerWithName } from './lookups.js';
import type { Operations } from './operation.js';
import { poolOperation } from './pool-operation.js';
import { pageOf } from './page.js';

// No blank, and `_` only as the second character, so that `Provider_sub` can be split.
const newName = textWithin(3, 32).regex(/^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$/u);
const anyName = textWithin(1, 32);
const providerType = z.enum([
  'SAML',
  'Facebook',
  'Google',
  'LoginWithAmazon',
  'SignInWithApple',
  'OIDC',
]);

/** Create, Describe, List, Update, Delete IdentityProvider, and GetIdentityProviderByIdentifier. */
export const identityProviderOperations: Operations = {
  CreateIdentityProvider: poolOperation(
    z
      .object({
        ProviderName: newName,
        ProviderType: providerType,
        ProviderDetails: z.record(z.string(), z.string()),
      })
      .and(providerSettings),
    ({ ProviderName, ProviderType, ...settings }, { pool, now }) => {
      if (ProviderType !== 'OIDC') {
        throw invalidParameter('The embedded pools have identity providers of type OIDC only.');
      }
      if (pool.identityProviders.has(ProviderName)) {
        throw new ApiError(
          'DuplicateProviderException',
          `A provider with the name ${ProviderName} already exists.`,
        );
      }
      refuseImpossible(pool, ProviderName, settings);
      const times = { createdAt: now, modifiedAt: now };
      const provider = identityProvider({ name: ProviderName, ...times }, settings);
      pool.addIdentityProvider(provider);
      return { IdentityProvider: describeProvider(pool, provider) };
    },
  ),
  DescribeIdentityProvider: poolOperation(
    z.object({ ProviderName: anyName }),
    ({ ProviderName }, { pool }) => {
      return { IdentityProvider: describeProvider(pool, providerWithName(pool, ProviderName)) };
    },
  ),
  ListIdentityProviders: poolOperation(
    z.object({ MaxResults: pageSize.optional(), NextToken: token.optional() }),
    ({ MaxResults, NextToken }, { pool }) => {
      const all = [...pool.identityProviders.values()];
      const { members, next } = pageOf(all, MaxResults, NextToken);
      return {
        Providers: members.map((provider) => ({
          ProviderName: provider.name,
          ProviderType: 'OIDC',
          ...datesOf(provider),
        })),
        NextToken: next,
      };
    },
  ),
  UpdateIdentityProvider: poolOperation(
    z.object({ ProviderName: anyName }).and(providerSettings),
    ({ ProviderName, ...update }, { pool, now }) => {
      const { name, createdAt, settings: present } = providerWithName(pool, ProviderName);
      const settings = { ...present, ...update };
      refuseImpossible(pool, name, settings);
      const updated = identityProvider({ name, createdAt, modifiedAt: now }, settings);
      pool.identityProviders.set(name, updated);
      return { IdentityProvider: describeProvider(pool, updated) };
    },
  ),
  DeleteIdentityProvider: poolOperation(
    z.object({ ProviderName: anyName }),
    ({ ProviderName }, { pool }) => {
      pool.identityProviders.delete(providerWithName(pool, ProviderName).name);
      return undefined;
    },
  ),
  GetIdentityProviderByIdentifier: poolOperation(
    z.object({ IdpIdentifier: textWithin(1, 40) }),
    ({ IdpIdentifier }, { pool }) => {
      const found = [...pool.identityProviders.values()].find(({ identifiers }) =>
        identifiers.includes(IdpIdentifier),
      );
      if (found === undefined) {
        throw notFound(`Identity provider with identifier ${IdpIdentifier} does not exist.`);
      }
      return { IdentityProvider: describeProvider(pool, found) };
    },
  ),
};

function refuseImpossible(pool: UserPool, name: string, settings: ProviderSettings): void {
  const { ProviderDetails: details = {}, IdpIdentifiers = [] } = settings;
  const missing = [
    'client_id',
    'client_secret',
    'attributes_request_method',
    'oidc_issuer',
    'authorize_scopes',
  ].find((key) => !details[key]);
  if (missing !== undefined) {
    throw invalidParameter(`Missing required provider detail: ${missing}`);
  }
  if (!['GET', 'POST'].includes(details['attributes_request_method'] ?? '')) {
    throw invalidParameter('attributes_request_method must be GET or POST.');
  }
  if (!details['authorize_scopes']?.split(' ').includes('openid')) {
    throw invalidParameter('authorize_scopes must contain openid.');
  }
  const url = ['oidc_issuer', 'authorize_url', 'token_url', 'attributes_url', 'jwks_uri'].find(
    (key) => details[key] !== undefined && !URL.canParse(details[key]),
  );
  if (url !== undefined) throw invalidParameter(`${url} is not a URL.`);
  const taken = [...pool.identityProviders.values()].some(
    (each) => each.name !== name && each.identifiers.some((id) => IdpIdentifiers.includes(id)),
  );
  if (taken) throw invalidParameter('An identifier is already in use by another provider.');
}
