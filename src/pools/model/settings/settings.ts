import { z } from 'zod';

/*
 * What the API can set, in the API's own words: the members of CreateUserPool, CreateUserPoolClient
 * and CreateIdentityProvider without the ids. Seeds are turned into the same shapes, so that one
 * description of a pool is behind the browser's pages, the API and the state file. Blocks that
 * change nothing here are kept and given back.
 *
 * See
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_Operations.html
 */

const text = z.string();
const block = z.record(text, z.unknown());

/** Text of at least and at most so many characters. */
export const textWithin = (least: number, most: number): z.ZodString =>
  z.string().min(least).max(most);

const passwordPolicy = z
  .object({
    MinimumLength: z.int().min(6).max(99),
    RequireUppercase: z.boolean(),
    RequireLowercase: z.boolean(),
    RequireNumbers: z.boolean(),
    RequireSymbols: z.boolean(),
    PasswordHistorySize: z.int().min(0).max(24),
    TemporaryPasswordValidityDays: z.int().min(0).max(365),
  })
  .partial();

const attributeBesidesName = z
  .object({
    AttributeDataType: z.enum(['String', 'Number', 'DateTime', 'Boolean']),
    DeveloperOnlyAttribute: z.boolean(),
    Mutable: z.boolean(),
    Required: z.boolean(),
    NumberAttributeConstraints: z.object({ MinValue: text, MaxValue: text }).partial(),
    StringAttributeConstraints: z.object({ MinLength: text, MaxLength: text }).partial(),
  })
  .partial();

/** One attribute of a pool's schema. */
export const schemaAttribute = z.object({ Name: textWithin(1, 40), ...attributeBesidesName.shape });

/** What UpdateUserPool can set; it puts what is left out back to the default. */
export const poolUpdate = z
  .object({
    // What a password policy leaves out is not required.
    Policies: z.object({ PasswordPolicy: passwordPolicy, SignInPolicy: block }).partial(),
    DeletionProtection: z.enum(['ACTIVE', 'INACTIVE']),
    LambdaConfig: block,
    AutoVerifiedAttributes: z.array(z.enum(['phone_number', 'email'])),
    SmsVerificationMessage: text,
    EmailVerificationMessage: text,
    EmailVerificationSubject: text,
    VerificationMessageTemplate: block,
    SmsAuthenticationMessage: text,
    UserAttributeUpdateSettings: block,
    MfaConfiguration: z.enum(['OFF', 'ON', 'OPTIONAL']),
    DeviceConfiguration: block,
    EmailConfiguration: block,
    SmsConfiguration: block,
    UserPoolTags: z.record(text, text),
    AdminCreateUserConfig: z
      .object({
        AllowAdminCreateUserOnly: z.boolean(),
        UnusedAccountValidityDays: z.int().min(0).max(365),
        InviteMessageTemplate: block,
      })
      .partial(),
    UserPoolAddOns: block,
    AccountRecoverySetting: block,
    UserPoolTier: z.enum(['LITE', 'ESSENTIALS', 'PLUS']),
    KeyConfiguration: block,
    IssuerConfiguration: block,
  })
  .partial();

const fixedInPool = z
  .object({
    AliasAttributes: z.array(z.enum(['phone_number', 'email', 'preferred_username'])),
    UsernameAttributes: z.array(z.enum(['phone_number', 'email'])),
    UsernameConfiguration: z.object({ CaseSensitive: z.boolean() }),
    Schema: z.array(schemaAttribute).max(50),
  })
  .partial();

/** What CreateUserPool can set. */
export const poolSettings = poolUpdate.extend(fixedInPool.shape);

const timeUnit = z.enum(['seconds', 'minutes', 'hours', 'days']);

/** What UpdateUserPoolClient can set; it puts what is left out back to the default. */
export const clientSettings = z
  .object({
    RefreshTokenValidity: z.int().min(0).max(315_360_000),
    AccessTokenValidity: z.int().min(1).max(86_400),
    IdTokenValidity: z.int().min(1).max(86_400),
    /** Default hours for access and ID tokens, days for refresh tokens. */
    TokenValidityUnits: z
      .object({ AccessToken: timeUnit, IdToken: timeUnit, RefreshToken: timeUnit })
      .partial(),
    ReadAttributes: z.array(text),
    WriteAttributes: z.array(text),
    ExplicitAuthFlows: z.array(
      z.enum([
        'ADMIN_NO_SRP_AUTH',
        'CUSTOM_AUTH_FLOW_ONLY',
        'USER_PASSWORD_AUTH',
        'ALLOW_ADMIN_USER_PASSWORD_AUTH',
        'ALLOW_CUSTOM_AUTH',
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_USER_SRP_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
        'ALLOW_USER_AUTH',
      ]),
    ),
    SupportedIdentityProviders: z.array(textWithin(1, 32)),
    CallbackURLs: z.array(textWithin(1, 1024)).max(100),
    LogoutURLs: z.array(textWithin(1, 1024)).max(100),
    DefaultRedirectURI: textWithin(1, 1024),
    AllowedOAuthFlows: z.array(z.enum(['code', 'implicit', 'client_credentials'])).max(3),
    AllowedOAuthScopes: z.array(textWithin(1, 256)).max(50),
    AllowedOAuthFlowsUserPoolClient: z.boolean(),
    AnalyticsConfiguration: block,
    PreventUserExistenceErrors: z.enum(['LEGACY', 'ENABLED']),
    EnableTokenRevocation: z.boolean(),
    EnablePropagateAdditionalUserContextData: z.boolean(),
    /** Minutes. */
    AuthSessionValidity: z.int().min(3).max(15),
    RefreshTokenRotation: z.object({
      Feature: z.enum(['ENABLED', 'DISABLED']),
      RetryGracePeriodSeconds: z.int().min(0).max(60).optional(),
    }),
  })
  .partial();

/** What UpdateIdentityProvider can set. */
export const providerSettings = z
  .object({
    ProviderDetails: z.record(text, text),
    /** Pool attribute to claim of the provider. */
    AttributeMapping: z.record(textWithin(1, 32), text),
    IdpIdentifiers: z.array(text.regex(/^[\w\s+=.@-]{1,40}$/)).max(50),
  })
  .partial();

export type SchemaAttribute = Readonly<z.output<typeof schemaAttribute>>;
/** What a pool was told. */
export type PoolSettings = Readonly<z.output<typeof poolSettings>>;
/** What an app client was told. */
export type ClientSettings = Readonly<z.output<typeof clientSettings>>;
/** What an identity provider was told. */
export type ProviderSettings = Readonly<z.output<typeof providerSettings>>;

/** Settings without those that are there but `undefined`. */
export const withoutUndefined = <Settings extends object>(settings: Settings): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<Settings>;
