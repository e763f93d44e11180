import type { AppClient } from './pool-state.js';
import type { ClientSettings } from './settings/settings.js';

/** What makes a client this client, whatever its settings. Times are epoch milliseconds. */
export type ClientIdentity = Pick<
  AppClient,
  'name' | 'id' | 'secrets' | 'createdAt' | 'modifiedAt'
>;

/** Scopes every pool has. */
export const standardScopes: readonly string[] = [
  'openid',
  'email',
  'phone',
  'profile',
  'aws.cognito.signin.user.admin',
];

const unitSeconds = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

const defaultFlows = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'];

/** An app client as its settings say, with Cognito's default for whatever they leave out. */
export function appClient(identity: ClientIdentity, settings: ClientSettings): AppClient {
  const { TokenValidityUnits: units, RefreshTokenRotation: rotation } = settings;
  const seconds = (
    value: number | undefined,
    unit: keyof typeof unitSeconds,
    byDefault: number,
  ): number => (value === undefined ? byDefault : value * unitSeconds[unit]);
  return {
    ...identity,
    settings,
    callbackUrls: settings.CallbackURLs ?? [],
    logoutUrls: settings.LogoutURLs ?? [],
    defaultRedirectUri: settings.DefaultRedirectURI,
    flows: settings.AllowedOAuthFlowsUserPoolClient ? (settings.AllowedOAuthFlows ?? []) : [],
    scopes: settings.AllowedOAuthScopes ?? [],
    identityProviders: settings.SupportedIdentityProviders ?? [],
    accessTokenSeconds: seconds(settings.AccessTokenValidity, units?.AccessToken ?? 'hours', 3600),
    idTokenSeconds: seconds(settings.IdTokenValidity, units?.IdToken ?? 'hours', 3600),
    // 0 stands for the default, too.
    refreshTokenSeconds: seconds(
      settings.RefreshTokenValidity || undefined,
      units?.RefreshToken ?? 'days',
      30 * 86_400,
    ),
    rotationGraceSeconds:
      rotation?.Feature === 'ENABLED' ? (rotation.RetryGracePeriodSeconds ?? 0) : undefined,
    tokenRevocation: settings.EnableTokenRevocation ?? true,
    preventUserExistenceErrors: settings.PreventUserExistenceErrors === 'ENABLED',
    authFlows: settings.ExplicitAuthFlows ?? defaultFlows,
    authSessionSeconds: (settings.AuthSessionValidity ?? 3) * 60,
    readAttributes: settings.ReadAttributes,
    writeAttributes: settings.WriteAttributes,
  };
}
