/*
 * What the API can set, in the API's own words: the members of CreateUserPool, CreateUserPoolClient
 * and CreateIdentityProvider without the ids. Seeds are turned into the same shapes, so that one
 * description of a pool is behind the browser's pages, the API and the state file. Blocks that
 * change nothing here are kept and given back.
 *
 * See
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_Operations.html
 */

type Block = Record<string, unknown>;

/** What a pool was told. */
export interface PoolSettings {
  readonly Policies?:
    | {
        readonly PasswordPolicy?: PasswordPolicySettings | undefined;
        readonly SignInPolicy?: Block | undefined;
      }
    | undefined;
  readonly DeletionProtection?: 'ACTIVE' | 'INACTIVE' | undefined;
  readonly LambdaConfig?: Block | undefined;
  readonly AutoVerifiedAttributes?: ('phone_number' | 'email')[] | undefined;
  readonly AliasAttributes?: ('phone_number' | 'email' | 'preferred_username')[] | undefined;
  readonly UsernameAttributes?: ('phone_number' | 'email')[] | undefined;
  readonly SmsVerificationMessage?: string | undefined;
  readonly EmailVerificationMessage?: string | undefined;
  readonly EmailVerificationSubject?: string | undefined;
  readonly VerificationMessageTemplate?: Block | undefined;
  readonly SmsAuthenticationMessage?: string | undefined;
  readonly UserAttributeUpdateSettings?: Block | undefined;
  readonly MfaConfiguration?: 'OFF' | 'ON' | 'OPTIONAL' | undefined;
  readonly DeviceConfiguration?: Block | undefined;
  readonly EmailConfiguration?: Block | undefined;
  readonly SmsConfiguration?: Block | undefined;
  readonly UserPoolTags?: Record<string, string> | undefined;
  readonly AdminCreateUserConfig?:
    | {
        readonly AllowAdminCreateUserOnly?: boolean | undefined;
        readonly UnusedAccountValidityDays?: number | undefined;
        readonly InviteMessageTemplate?: Block | undefined;
      }
    | undefined;
  readonly Schema?: SchemaAttribute[] | undefined;
  readonly UserPoolAddOns?: Block | undefined;
  readonly UsernameConfiguration?: { readonly CaseSensitive: boolean } | undefined;
  readonly AccountRecoverySetting?: Block | undefined;
  readonly UserPoolTier?: 'LITE' | 'ESSENTIALS' | 'PLUS' | undefined;
  readonly KeyConfiguration?: Block | undefined;
  readonly IssuerConfiguration?: Block | undefined;
}

/** What a policy leaves out is not required. */
interface PasswordPolicySettings {
  readonly MinimumLength?: number | undefined;
  readonly RequireUppercase?: boolean | undefined;
  readonly RequireLowercase?: boolean | undefined;
  readonly RequireNumbers?: boolean | undefined;
  readonly RequireSymbols?: boolean | undefined;
  readonly PasswordHistorySize?: number | undefined;
  readonly TemporaryPasswordValidityDays?: number | undefined;
}

/** One attribute of a pool's schema. */
export interface SchemaAttribute {
  readonly Name: string;
  readonly AttributeDataType?: 'String' | 'Number' | 'DateTime' | 'Boolean' | undefined;
  readonly DeveloperOnlyAttribute?: boolean | undefined;
  readonly Mutable?: boolean | undefined;
  readonly Required?: boolean | undefined;
  readonly NumberAttributeConstraints?:
    { readonly MinValue?: string | undefined; readonly MaxValue?: string | undefined } | undefined;
  readonly StringAttributeConstraints?:
    | { readonly MinLength?: string | undefined; readonly MaxLength?: string | undefined }
    | undefined;
}

type TimeUnit = 'seconds' | 'minutes' | 'hours' | 'days';

/** What an app client was told. */
export interface ClientSettings {
  readonly RefreshTokenValidity?: number | undefined;
  readonly AccessTokenValidity?: number | undefined;
  readonly IdTokenValidity?: number | undefined;
  /** Default hours for access and ID tokens, days for refresh tokens. */
  readonly TokenValidityUnits?:
    | {
        readonly AccessToken?: TimeUnit | undefined;
        readonly IdToken?: TimeUnit | undefined;
        readonly RefreshToken?: TimeUnit | undefined;
      }
    | undefined;
  readonly ReadAttributes?: string[] | undefined;
  readonly WriteAttributes?: string[] | undefined;
  readonly ExplicitAuthFlows?: string[] | undefined;
  readonly SupportedIdentityProviders?: string[] | undefined;
  readonly CallbackURLs?: string[] | undefined;
  readonly LogoutURLs?: string[] | undefined;
  readonly DefaultRedirectURI?: string | undefined;
  readonly AllowedOAuthFlows?: ('code' | 'implicit' | 'client_credentials')[] | undefined;
  readonly AllowedOAuthScopes?: string[] | undefined;
  readonly AllowedOAuthFlowsUserPoolClient?: boolean | undefined;
  readonly AnalyticsConfiguration?: Block | undefined;
  readonly PreventUserExistenceErrors?: 'LEGACY' | 'ENABLED' | undefined;
  readonly EnableTokenRevocation?: boolean | undefined;
  readonly EnablePropagateAdditionalUserContextData?: boolean | undefined;
  /** Minutes. */
  readonly AuthSessionValidity?: number | undefined;
  readonly RefreshTokenRotation?:
    | {
        readonly Feature: 'ENABLED' | 'DISABLED';
        readonly RetryGracePeriodSeconds?: number | undefined;
      }
    | undefined;
}

/** What an identity provider was told. */
export interface ProviderSettings {
  readonly ProviderDetails?: Record<string, string> | undefined;
  /** Pool attribute to claim of the provider. */
  readonly AttributeMapping?: Record<string, string> | undefined;
  readonly IdpIdentifiers?: string[] | undefined;
}

/** Settings without those that are there but `undefined`. */
export const withoutUndefined = <Settings extends object>(settings: Settings): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<Settings>;
