import { z } from 'zod';
import type {
  ClientSettings,
  PoolSettings,
  ProviderSettings,
  SchemaAttribute,
} from './settings.js';

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

const attribute = z.object({ Name: textWithin(1, 40), ...attributeBesidesName.shape });

const changeableInPool = z
  .object({
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
    Schema: z.array(attribute).max(50),
  })
  .partial();

const pool = changeableInPool.extend(fixedInPool.shape);

const timeUnit = z.enum(['seconds', 'minutes', 'hours', 'days']);

const client = z
  .object({
    RefreshTokenValidity: z.int().min(0).max(315_360_000),
    AccessTokenValidity: z.int().min(1).max(86_400),
    IdTokenValidity: z.int().min(1).max(86_400),
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
    AuthSessionValidity: z.int().min(3).max(15),
    RefreshTokenRotation: z.object({
      Feature: z.enum(['ENABLED', 'DISABLED']),
      RetryGracePeriodSeconds: z.int().min(0).max(60).optional(),
    }),
  })
  .partial();

const provider = z
  .object({
    ProviderDetails: z.record(text, text),
    AttributeMapping: z.record(textWithin(1, 32), text),
    IdpIdentifiers: z.array(text.regex(/^[\w\s+=.@-]{1,40}$/)).max(50),
  })
  .partial();

/** One attribute of a pool's schema. */
export const schemaAttribute: z.ZodType<SchemaAttribute> = attribute;

/** What UpdateUserPool can set; it puts what is left out back to the default. */
export const poolUpdate: z.ZodType<PoolSettings> = changeableInPool;

/** What CreateUserPool can set. */
export const poolSettings: z.ZodType<PoolSettings> = pool;

/** What UpdateUserPoolClient can set; it puts what is left out back to the default. */
export const clientSettings: z.ZodType<ClientSettings> = client;

/** What UpdateIdentityProvider can set. */
export const providerSettings: z.ZodType<ProviderSettings> = provider;

/** For seeds, where a member nobody knows is a mistake. */
export const strictPoolSettings: z.ZodType<PoolSettings> = pool.strict();

/** For seeds, where a member nobody knows is a mistake. */
export const strictClientSettings: z.ZodType<ClientSettings> = client.strict();
