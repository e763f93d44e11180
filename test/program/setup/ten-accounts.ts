import { federatedPoolsSeed, type Pools, type PoolsSeed } from '../../../src/pools/index.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import { oktaDetails } from './accounts.js';

/** An account as somebody may have it before `setup` comes. */
export interface Account {
  readonly seed?: PoolsSeed;
  /** What is there besides; what it returns is given to setup: `--adopt-…`. */
  readonly prepare?: (api: CognitoApi, pools: Pools) => Promise<string | void>;
  /** How setup is called there. */
  readonly flags?: string;
  /** Each answer that describes something has a member that the SDK does not know. */
  readonly isNewer?: true;
  /** Why setup touches nothing with these flags; then the ones that it can work with. */
  readonly refusal?: { readonly says: RegExp; readonly instead?: string };
  /** Codes of doctor's findings afterwards, of things that setup leaves as they are. */
  readonly findings?: readonly string[];
}

export const SITE = 'https://www.example.com';

const arn = (name: string): string => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;

/** A pool that others live on, and the option that gives it. */
async function pool(
  { cognito }: CognitoApi,
  request: Partial<Parameters<CognitoApi['cognito']['createUserPool']>[0]> = {},
): Promise<string> {
  const { UserPool } = await cognito.createUserPool({ PoolName: 'oidc-pool-1', ...request });
  return UserPool?.Id ?? '';
}

/** Options that give all pools, clients, providers and resource servers of the account. */
async function everything({ cognito }: CognitoApi): Promise<string> {
  const flags: string[] = [];
  const { UserPools = [] } = await cognito.listUserPools({ MaxResults: 60 });
  for (const { Id: UserPoolId = '' } of UserPools) {
    flags.push(`--adopt-pool ${UserPoolId}`);
    const { UserPoolClients = [] } = await cognito.listUserPoolClients({ UserPoolId });
    flags.push(...UserPoolClients.map(({ ClientId }) => `--adopt-client ${ClientId}`));
    const { Providers = [] } = await cognito.listIdentityProviders({ UserPoolId });
    flags.push(...Providers.map(({ ProviderName }) => `--adopt-provider ${ProviderName}`));
    const { ResourceServers = [] } = await cognito.listResourceServers({
      UserPoolId,
      MaxResults: 50,
    });
    flags.push(...ResourceServers.map(({ Identifier }) => `--adopt-resource-server ${Identifier}`));
  }
  return flags.join(' ');
}

/**
 * Run before the account is looked at: a set-up of setup's own, of which something was taken away
 * again.
 */
export const halfMade = 'half made';

export const accounts: Readonly<Record<string, Account>> = {
  empty: {},

  [halfMade]: {
    async prepare({ cognito }, pools) {
      const UserPoolId = pools.pool('oidc-pool-1').id;
      const ClientId = pools.pool('oidc-pool-1').client('site').id;
      await cognito.deleteUserPoolClient({ UserPoolId, ClientId });
      await cognito.deleteIdentityProvider({ UserPoolId, ProviderName: 'oidc-pool-2' });
    },
    // .env has the client that is gone, and loses it.
    flags: '--allow-removals',
  },

  'made by hand as in the article': {
    seed: federatedPoolsSeed({ baseUrl: 'http://localhost:3000' }),
    prepare: everything,
    flags: '--api',
  },

  'one with Okta under the upstream’s name': {
    async prepare(api) {
      const UserPoolId = await pool(api, { PoolName: 'prod' });
      await api.cognito.createIdentityProvider({
        UserPoolId,
        ProviderName: 'Okta',
        ProviderType: 'OIDC',
        ProviderDetails: oktaDetails,
        AttributeMapping: { email: 'mail', nickname: 'nick' },
        IdpIdentifiers: ['corp'],
      });
      return `--adopt-pool ${UserPoolId} --adopt-provider Okta`;
    },
    flags: '--master-name prod --upstream-name Okta',
    refusal: {
      says: /has the issuer https:\/\/example\.okta\.com/,
      instead: '--master-name prod --upstream-name Corp',
    },
  },

  'a client shared with a mobile app': {
    async prepare(api) {
      const UserPoolId = await pool(api);
      const { UserPoolClient } = await api.cognito.createUserPoolClient({
        UserPoolId,
        ClientName: 'app',
        GenerateSecret: true,
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: ['code', 'implicit'],
        AllowedOAuthScopes: ['openid', 'phone', 'aws.cognito.signin.user.admin'],
        CallbackURLs: ['myapp://callback', 'https://app.example.com/in'],
        DefaultRedirectURI: 'myapp://callback',
        LogoutURLs: ['myapp://bye'],
        SupportedIdentityProviders: ['COGNITO'],
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'],
        PreventUserExistenceErrors: 'LEGACY',
        AccessTokenValidity: 15,
        IdTokenValidity: 15,
        RefreshTokenValidity: 90,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
        ReadAttributes: ['email', 'nickname'],
        WriteAttributes: ['nickname'],
        EnablePropagateAdditionalUserContextData: true,
        AuthSessionValidity: 7,
      });
      return `--adopt-pool ${UserPoolId} --adopt-client ${UserPoolClient?.ClientId}`;
    },
    // How the app learns who exists is the app's own.
    findings: ['user_existence_revealed'],
  },

  'Lambda triggers and MFA on': {
    async prepare(api) {
      const UserPoolId = await pool(api, {
        LambdaConfig: {
          PreSignUp: arn('check'),
          PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: arn('claims') },
        },
        Policies: { PasswordPolicy: { MinimumLength: 20, RequireSymbols: false } },
        AutoVerifiedAttributes: ['email'],
        EmailVerificationSubject: 'Your code',
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
        DeviceConfiguration: { ChallengeRequiredOnNewDevice: true },
        UserPoolTags: { team: 'web', 'cost-centre': '42' },
        DeletionProtection: 'ACTIVE',
      });
      await api.cognito.setUserPoolMfaConfig({
        UserPoolId,
        MfaConfiguration: 'OPTIONAL',
        SoftwareTokenMfaConfiguration: { Enabled: true },
      });
      await api.cognito.createGroup({ UserPoolId, GroupName: 'admins', Precedence: 1 });
      await api.cognito.adminCreateUser({
        UserPoolId,
        Username: 'bob',
        MessageAction: 'SUPPRESS',
        UserAttributes: [{ Name: 'email', Value: 'bob@example.com' }],
      });
      return `--adopt-pool ${UserPoolId}`;
    },
  },

  'members that the SDK does not know': {
    async prepare(api) {
      return `--adopt-pool ${await pool(api)}`;
    },
    isNewer: true,
    refusal: { says: /UserPool\.NewIn2027.*@aws-sdk\/client-cognito-identity-provider@latest/s },
  },

  'another region’s names': {
    async prepare(api) {
      const UserPoolId = await pool(api);
      const issuer = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Second001';
      const origin = 'https://second.auth.us-east-1.amazoncognito.com';
      await api.cognito.createIdentityProvider({
        UserPoolId,
        ProviderName: 'oidc-pool-2',
        ProviderType: 'OIDC',
        ProviderDetails: {
          ...oktaDetails,
          oidc_issuer: issuer,
          authorize_url: `${origin}/oauth2/authorize`,
          token_url: `${origin}/oauth2/token`,
          attributes_url: `${origin}/oauth2/userInfo`,
          jwks_uri: `${issuer}/.well-known/jwks.json`,
        },
        AttributeMapping: { email: 'email' },
      });
      return `--adopt-pool ${UserPoolId} --adopt-provider oidc-pool-2`;
    },
    refusal: {
      says: /has the issuer https:\/\/cognito-idp\.us-east-1\.amazonaws\.com\/us-east-1_Second001/,
      instead: '--upstream-name oidc-pool-eu',
    },
  },

  'managed login': {
    async prepare(api) {
      const UserPoolId = await pool(api);
      await api.cognito.createUserPoolDomain({
        UserPoolId,
        Domain: 'theirs',
        ManagedLoginVersion: 2,
      });
      const { UserPoolClient } = await api.cognito.createUserPoolClient({
        UserPoolId,
        ClientName: 'shop',
        GenerateSecret: true,
      });
      await api.cognito.createManagedLoginBranding({
        UserPoolId,
        ClientId: UserPoolClient?.ClientId,
        UseCognitoProvidedValues: true,
      });
      return `--adopt-pool ${UserPoolId}`;
    },
    flags: '--managed-login',
  },

  'Lite plan': {
    async prepare(api) {
      return `--adopt-pool ${await pool(api, { UserPoolTier: 'LITE' })}`;
    },
  },
};
