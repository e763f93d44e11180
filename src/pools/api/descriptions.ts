import type {
  AppClient,
  Group,
  IdentityProvider,
  PoolUser,
  ResourceServer,
} from '../model/pool-state.js';
import { passwordPolicyOf, temporaryPasswordDays } from '../model/settings/password-policy.js';
import type { UserPool } from '../model/user-pool.js';

/** Epoch milliseconds as the API writes times. */
export const seconds = (ms: number): number => ms / 1000;

/** The account everything here belongs to. */
export const ACCOUNT = '000000000000';

export const arnOf = ({ id, region }: UserPool): string =>
  `arn:aws:cognito-idp:${region}:${ACCOUNT}:userpool/${id}`;

/**
 * A pool as Create and Describe show it: Cognito's defaults filled in, and no optional block that
 * nobody set (a second run of an infrastructure tool must find nothing to change).
 */
export function describePool(pool: UserPool): object {
  const { Schema: _schema, ...settings } = pool.settings;
  const { AdminCreateUserConfig, VerificationMessageTemplate, EmailConfiguration } = settings;
  const policy = passwordPolicyOf(settings);
  const prefix = pool.domains.find((each) => each.certificateArn === undefined);
  const custom = pool.domains.find((each) => each.certificateArn !== undefined);
  return {
    Id: pool.id,
    Name: pool.name,
    LastModifiedDate: seconds(pool.modifiedAt),
    CreationDate: seconds(pool.createdAt),
    SchemaAttributes: pool.schema,
    ...settings,
    Policies: {
      PasswordPolicy: {
        ...settings.Policies?.PasswordPolicy,
        MinimumLength: policy.minimumLength,
        RequireUppercase: policy.requireUppercase,
        RequireLowercase: policy.requireLowercase,
        RequireNumbers: policy.requireNumbers,
        RequireSymbols: policy.requireSymbols,
        TemporaryPasswordValidityDays: temporaryPasswordDays(settings),
      },
      SignInPolicy: settings.Policies?.SignInPolicy ?? { AllowedFirstAuthFactors: ['PASSWORD'] },
    },
    DeletionProtection: settings.DeletionProtection ?? 'INACTIVE',
    LambdaConfig: settings.LambdaConfig ?? {},
    VerificationMessageTemplate: {
      DefaultEmailOption: 'CONFIRM_WITH_CODE',
      ...VerificationMessageTemplate,
    },
    MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
    EstimatedNumberOfUsers: pool.users.size,
    EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT', ...EmailConfiguration },
    UserPoolTags: settings.UserPoolTags ?? {},
    Domain: prefix?.name,
    CustomDomain: custom?.name,
    AdminCreateUserConfig: {
      AllowAdminCreateUserOnly: false,
      ...AdminCreateUserConfig,
      UnusedAccountValidityDays: temporaryPasswordDays(settings),
    },
    Arn: arnOf(pool),
    UserPoolTier: settings.UserPoolTier ?? 'ESSENTIALS',
  };
}

/**
 * A client as Create, Update and Describe show it, with the secret it was made with. One that was
 * added is shown by nothing again, and stays so when it is the only one left: reported by users,
 * AWS does not say it.
 */
export function describeClient(pool: UserPool, client: AppClient): object {
  return {
    UserPoolId: pool.id,
    ClientName: client.name,
    ClientId: client.id,
    ClientSecret: client.secrets.find(({ isOriginal }) => isOriginal)?.value,
    LastModifiedDate: seconds(client.modifiedAt),
    CreationDate: seconds(client.createdAt),
    RefreshTokenValidity: 30,
    TokenValidityUnits: {},
    AllowedOAuthFlowsUserPoolClient: false,
    EnableTokenRevocation: true,
    EnablePropagateAdditionalUserContextData: false,
    AuthSessionValidity: 3,
    ...client.settings,
  };
}

/** A provider as Create, Update and Describe show it. */
export function describeProvider(pool: UserPool, provider: IdentityProvider): object {
  const { ProviderDetails, AttributeMapping, IdpIdentifiers = [] } = provider.settings;
  return {
    UserPoolId: pool.id,
    ProviderName: provider.name,
    ProviderType: 'OIDC',
    // AWS adds this one by itself; infrastructure tools know it.
    ProviderDetails: { attributes_url_add_attributes: 'false', ...ProviderDetails },
    AttributeMapping: { username: 'sub', ...AttributeMapping },
    IdpIdentifiers,
    LastModifiedDate: seconds(provider.modifiedAt),
    CreationDate: seconds(provider.createdAt),
  };
}

/** Attributes as a list, `sub` first. */
export function attributesOf(
  { sub }: Pick<PoolUser, 'sub'>,
  attributes: Readonly<Record<string, string>>,
): { Name: string; Value: string }[] {
  return Object.entries({ sub, ...attributes }).map(([Name, Value]) => ({ Name, Value }));
}

/** A user as lists and AdminCreateUser show them. */
export function describeUser(user: PoolUser): object {
  return {
    Username: user.username,
    Attributes: attributesOf(user, user.attributes),
    ...life(user),
  };
}

/** A user as AdminGetUser shows them: the attributes have another name there. */
export function describeOneUser(user: PoolUser): object {
  const UserAttributes = attributesOf(user, user.attributes);
  return { Username: user.username, UserAttributes, ...life(user) };
}

const life = ({ createdAt, modifiedAt, enabled, status }: PoolUser): object => ({
  UserCreateDate: seconds(createdAt),
  UserLastModifiedDate: seconds(modifiedAt),
  Enabled: enabled,
  UserStatus: status,
});

export function describeGroup(pool: UserPool, group: Group): object {
  return {
    GroupName: group.name,
    UserPoolId: pool.id,
    Description: group.description,
    RoleArn: group.roleArn,
    Precedence: group.precedence,
    LastModifiedDate: seconds(group.modifiedAt),
    CreationDate: seconds(group.createdAt),
  };
}

export function describeResourceServer(pool: UserPool, server: ResourceServer): object {
  return {
    UserPoolId: pool.id,
    Identifier: server.identifier,
    Name: server.name,
    Scopes: server.scopes.map(({ name, description }) => ({
      ScopeName: name,
      ScopeDescription: description,
    })),
  };
}
