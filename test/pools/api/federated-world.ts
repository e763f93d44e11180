import {
  CreateIdentityProviderCommand,
  CreateUserPoolDomainCommand,
  type CreateUserPoolCommandInput,
  type IdentityProviderType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Pool } from '../../../src/pools/index.js';
import { openBrowser, signInThroughUpstream } from '../journeys.js';
import type { Browser, Page } from '../../support/browser.js';
import { type Api, makeClient, makePool, makeUser, Password } from './api.js';

/** Two pools joined through the API, and a user with a password upstream. */
export interface FederatedWorld {
  readonly masterId: string;
  readonly upstreamId: string;
  readonly master: Pool;
  /** Client id of the app at the master pool. */
  readonly siteId: string;
  /** Signs alice in by way of the upstream pool. */
  signIn(browser?: Browser): Promise<Page>;
}

export interface FederatedSettings {
  readonly masterPool?: Partial<CreateUserPoolCommandInput>;
  /** On top of what joins the pools. */
  readonly details?: Record<string, string>;
  readonly mapping?: Record<string, string>;
  readonly site?: Parameters<typeof makeClient>[2];
}

/** The usual provider details, from the upstream pool and its client. */
export async function joinPools(
  api: Api,
  settings: FederatedSettings = {},
): Promise<FederatedWorld> {
  const masterId = await makePool(api, settings.masterPool);
  const upstreamId = await makePool(api);
  const domain = (id: string): string => id.toLowerCase().replace('_', '-');
  for (const UserPoolId of [masterId, upstreamId]) {
    const Domain = domain(UserPoolId);
    await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain }));
  }
  const registration = await makeClient(api, upstreamId, {
    CallbackURLs: [`${api.pools.url}/${domain(masterId)}/oauth2/idpresponse`],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
  });
  await makeUser(api, upstreamId, 'alice', {
    email: 'alice@example.com',
    email_verified: 'true',
    name: 'Alice Example',
  });
  const provider = {
    UserPoolId: masterId,
    ProviderName: 'oidc-pool-2',
    ProviderType: 'OIDC',
    ProviderDetails: {
      client_id: registration.ClientId,
      client_secret: registration.ClientSecret ?? '',
      attributes_request_method: 'GET',
      oidc_issuer: `${api.pools.url}/${upstreamId}`,
      authorize_scopes: 'openid email profile',
      ...settings.details,
    },
    AttributeMapping: settings.mapping ?? { email: 'email', name: 'name' },
  } satisfies IdentityProviderType;
  await api.sdk.send(new CreateIdentityProviderCommand(provider));
  const site = await makeClient(api, masterId, {
    SupportedIdentityProviders: ['oidc-pool-2'],
    ...settings.site,
  });
  const master = api.pools.pool(masterId);
  return {
    masterId,
    upstreamId,
    master,
    siteId: site.ClientId,
    signIn: async (browser = openBrowser()) =>
      signInThroughUpstream(browser, master, 'site', { username: 'alice', password: Password }),
  };
}
