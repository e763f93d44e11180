/*
 * What the API can set, in the API's own words: the members of CreateUserPool, CreateUserPoolClient and
 * CreateIdentityProvider without the ids. Seeds are turned into the same shapes, so that one description of a pool is
 * behind the browser's pages, the API and the state file. Blocks that change nothing here are kept and given back.
 *
 * See https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_Operations.html
 */

type Block = Record<string, unknown>;

/** Members that may be left out. */
type Optional<Members> = { readonly [Name in keyof Members]?: Members[Name] | undefined };

/** What a pool was told. */
export type PoolSettings = Optional<{
  Policies: Optional<{
    /** What it leaves out is not required. */
    PasswordPolicy: Optional<{
      MinimumLength: number;
      RequireUppercase: boolean;
      RequireLowercase: boolean;
      RequireNumbers: boolean;
      RequireSymbols: boolean;
      PasswordHistorySize: number;
      TemporaryPasswordValidityDays: number;
    }>;
    SignInPolicy: Block;
  }>;
  DeletionProtection: 'ACTIVE' | 'INACTIVE';
  LambdaConfig: Block;
  AutoVerifiedAttributes: ('phone_number' | 'email')[];
  AliasAttributes: ('phone_number' | 'email' | 'preferred_username')[];
  UsernameAttributes: ('phone_number' | 'email')[];
  SmsVerificationMessage: string;
  EmailVerificationMessage: string;
  EmailVerificationSubject: string;
  VerificationMessageTemplate: Block;
  SmsAuthenticationMessage: string;
  UserAttributeUpdateSettings: Block;
  MfaConfiguration: 'OFF' | 'ON' | 'OPTIONAL';
  DeviceConfiguration: Block;
  EmailConfiguration: Block;
  SmsConfiguration: Block;
  UserPoolTags: Record<string, string>;
  AdminCreateUserConfig: Optional<{
    AllowAdminCreateUserOnly: boolean;
    UnusedAccountValidityDays: number;
    InviteMessageTemplate: Block;
  }>;
  Schema: SchemaAttribute[];
  UserPoolAddOns: Block;
  UsernameConfiguration: { CaseSensitive: boolean };
  AccountRecoverySetting: Block;
  UserPoolTier: 'LITE' | 'ESSENTIALS' | 'PLUS';
  KeyConfiguration: Block;
  IssuerConfiguration: Block;
}>;

/** One attribute of a pool's schema. */
export type SchemaAttribute = { readonly Name: string } & Optional<{
  AttributeDataType: 'String' | 'Number' | 'DateTime' | 'Boolean';
  DeveloperOnlyAttribute: boolean;
  Mutable: boolean;
  Required: boolean;
  NumberAttributeConstraints: Optional<{ MinValue: string; MaxValue: string }>;
  StringAttributeConstraints: Optional<{ MinLength: string; MaxLength: string }>;
}>;

type TimeUnit = 'seconds' | 'minutes' | 'hours' | 'days';

/** What an app client was told. */
export type ClientSettings = Optional<{
  RefreshTokenValidity: number;
  AccessTokenValidity: number;
  IdTokenValidity: number;
  /** Default hours for access and ID tokens, days for refresh tokens. */
  TokenValidityUnits: Optional<Record<'AccessToken' | 'IdToken' | 'RefreshToken', TimeUnit>>;
  ReadAttributes: string[];
  WriteAttributes: string[];
  ExplicitAuthFlows: string[];
  SupportedIdentityProviders: string[];
  CallbackURLs: string[];
  LogoutURLs: string[];
  DefaultRedirectURI: string;
  AllowedOAuthFlows: ('code' | 'implicit' | 'client_credentials')[];
  AllowedOAuthScopes: string[];
  AllowedOAuthFlowsUserPoolClient: boolean;
  AnalyticsConfiguration: Block;
  PreventUserExistenceErrors: 'LEGACY' | 'ENABLED';
  EnableTokenRevocation: boolean;
  EnablePropagateAdditionalUserContextData: boolean;
  /** Minutes. */
  AuthSessionValidity: number;
  RefreshTokenRotation: {
    Feature: 'ENABLED' | 'DISABLED';
    RetryGracePeriodSeconds?: number | undefined;
  };
}>;

/** What an identity provider was told. */
export type ProviderSettings = Optional<{
  ProviderDetails: Record<string, string>;
  /** Pool attribute to claim of the provider. */
  AttributeMapping: Record<string, string>;
  IdpIdentifiers: string[];
}>;

/** Settings without those that are there but `undefined`. */
export const withoutUndefined = <Settings extends object>(settings: Settings): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<Settings>;
