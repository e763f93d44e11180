import { z } from 'zod';
import type {
  ClientSettings,
  PoolSettings,
  ProviderSettings,
  SchemaAttribute,
} from './settings.js';

const block = z.record(z.string(), z.unknown());
const text = z.string();

const passwordPolicy = z.object({
  MinimumLength: z.int().min(6).max(99).optional(),
  RequireUppercase: z.boolean().optional(),
  RequireLowercase: z.boolean().optional(),
  RequireNumbers: z.boolean().optional(),
  RequireSymbols: z.boolean().optional(),
  PasswordHistorySize: z.int().min(0).max(24).optional(),
  TemporaryPasswordValidityDays: z.int().min(0).max(365).optional(),
});

const attribute = z.object({
  Name: z.string().min(1).max(40),
  AttributeDataType: z.enum(['String', 'Number', 'DateTime', 'Boolean']).optional(),
  DeveloperOnlyAttribute: z.boolean().optional(),
  Mutable: z.boolean().optional(),
  Required: z.boolean().optional(),
  NumberAttributeConstraints: z
    .object({ MinValue: text.optional(), MaxValue: text.optional() })
    .optional(),
  StringAttributeConstraints: z
    .object({ MinLength: text.optional(), MaxLength: text.optional() })
    .optional(),
});

const changeableInPool = {
  Policies: z
    .object({ PasswordPolicy: passwordPolicy.optional(), SignInPolicy: block.optional() })
    .optional(),
  DeletionProtection: z.enum(['ACTIVE', 'INACTIVE']).optional(),
  LambdaConfig: block.optional(),
  AutoVerifiedAttributes: z.array(z.enum(['phone_number', 'email'])).optional(),
  SmsVerificationMessage: text.optional(),
  EmailVerificationMessage: text.optional(),
  EmailVerificationSubject: text.optional(),
  VerificationMessageTemplate: block.optional(),
  SmsAuthenticationMessage: text.optional(),
  UserAttributeUpdateSettings: block.optional(),
  MfaConfiguration: z.enum(['OFF', 'ON', 'OPTIONAL']).optional(),
  DeviceConfiguration: block.optional(),
  EmailConfiguration: block.optional(),
  SmsConfiguration: block.optional(),
  UserPoolTags: z.record(z.string(), z.string()).optional(),
  AdminCreateUserConfig: z
    .object({
      AllowAdminCreateUserOnly: z.boolean().optional(),
      UnusedAccountValidityDays: z.int().min(0).max(365).optional(),
      InviteMessageTemplate: block.optional(),
    })
    .optional(),
  UserPoolAddOns: block.optional(),
  AccountRecoverySetting: block.optional(),
  UserPoolTier: z.enum(['LITE', 'ESSENTIALS', 'PLUS']).optional(),
  KeyConfiguration: block.optional(),
  IssuerConfiguration: block.optional(),
};

const fixedInPool = {
  AliasAttributes: z.array(z.enum(['phone_number', 'email', 'preferred_username'])).optional(),
  UsernameAttributes: z.array(z.enum(['phone_number', 'email'])).optional(),
  UsernameConfiguration: z.object({ CaseSensitive: z.boolean() }).optional(),
  Schema: z.array(attribute).max(50).optional(),
};

const pool = z.object({ ...changeableInPool, ...fixedInPool });

const client = z.object({
  RefreshTokenValidity: z.int().min(0).max(315_360_000).optional(),
  AccessTokenValidity: z.int().min(1).max(86_400).optional(),
  IdTokenValidity: z.int().min(1).max(86_400).optional(),
  TokenValidityUnits: z
    .object({
      AccessToken: z.enum(['seconds', 'minutes', 'hours', 'days']).optional(),
      IdToken: z.enum(['seconds', 'minutes', 'hours', 'days']).optional(),
      RefreshToken: z.enum(['seconds', 'minutes', 'hours', 'days']).optional(),
    })
    .optional(),
  ReadAttributes: z.array(text).optional(),
  WriteAttributes: z.array(text).optional(),
  ExplicitAuthFlows: z
    .array(
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
    )
    .optional(),
  SupportedIdentityProviders: z.array(z.string().min(1).max(32)).optional(),
  CallbackURLs: z.array(z.string().min(1).max(1024)).max(100).optional(),
  LogoutURLs: z.array(z.string().min(1).max(1024)).max(100).optional(),
  DefaultRedirectURI: z.string().min(1).max(1024).optional(),
  AllowedOAuthFlows: z
    .array(z.enum(['code', 'implicit', 'client_credentials']))
    .max(3)
    .optional(),
  AllowedOAuthScopes: z.array(z.string().min(1).max(256)).max(50).optional(),
  AllowedOAuthFlowsUserPoolClient: z.boolean().optional(),
  AnalyticsConfiguration: block.optional(),
  PreventUserExistenceErrors: z.enum(['LEGACY', 'ENABLED']).optional(),
  EnableTokenRevocation: z.boolean().optional(),
  EnablePropagateAdditionalUserContextData: z.boolean().optional(),
  AuthSessionValidity: z.int().min(3).max(15).optional(),
  RefreshTokenRotation: z
    .object({
      Feature: z.enum(['ENABLED', 'DISABLED']),
      RetryGracePeriodSeconds: z.int().min(0).max(60).optional(),
    })
    .optional(),
});

const provider = z.object({
  ProviderDetails: z.record(z.string(), z.string()).optional(),
  AttributeMapping: z.record(z.string().min(1).max(32), z.string()).optional(),
  IdpIdentifiers: z
    .array(z.string().regex(/^[\w\s+=.@-]{1,40}$/))
    .max(50)
    .optional(),
});

/** One attribute of a pool's schema. */
export const schemaAttribute: z.ZodType<SchemaAttribute> = attribute;

/** What UpdateUserPool can set; it puts what is left out back to the default. */
export const poolUpdate: z.ZodType<PoolSettings> = z.object(changeableInPool);

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
