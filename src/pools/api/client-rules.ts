import { standardScopes, appClient } from '../model/app-client.js';
import { isPoolsOwn } from '../model/settings/schema.js';
import type { ClientSettings } from '../model/settings/settings.js';
import type { UserPool } from '../model/user-pool.js';
import { ApiError, invalidParameter } from './api-error.js';

/** One thing that may be wrong with a client's settings. */
type Rule = (pool: UserPool, settings: ClientSettings, hasSecret: boolean) => ApiError | undefined;

const invalidFlow = (message: string): ApiError =>
  new ApiError('InvalidOAuthFlowException', message);

const oauthIsComplete: Rule = (_pool, settings) =>
  settings.AllowedOAuthFlowsUserPoolClient &&
  (!settings.AllowedOAuthFlows?.length || !settings.AllowedOAuthScopes?.length)
    ? invalidParameter(
        'AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.',
      )
    : undefined;

const clientCredentialsAlone: Rule = (_pool, { AllowedOAuthFlows: flows = [] }, hasSecret) => {
  if (!flows.includes('client_credentials')) return undefined;
  if (flows.length > 1) {
    return invalidFlow(
      'client_credentials flow can not be selected along with code flow or implicit flow.',
    );
  }
  return hasSecret
    ? undefined
    : invalidFlow(
        'client_credentials flow can not be selected if client does not have a client secret.',
      );
};

const scopesExist: Rule = (pool, { AllowedOAuthScopes = [] }) => {
  const known = new Set([
    ...standardScopes,
    ...[...pool.resourceServers.values()].flatMap(({ identifier, scopes }) =>
      scopes.map(({ name }) => `${identifier}/${name}`),
    ),
  ]);
  const unknown = AllowedOAuthScopes.find((scope) => !known.has(scope));
  return unknown === undefined
    ? undefined
    : new ApiError('ScopeDoesNotExistException', `Scope ${unknown} does not exist.`);
};

const providersExist: Rule = (pool, { SupportedIdentityProviders = [] }) => {
  const unknown = SupportedIdentityProviders.find(
    (name) => name !== 'COGNITO' && !pool.identityProviders.has(name),
  );
  return unknown === undefined
    ? undefined
    : invalidParameter(`The provider ${unknown} does not exist for User Pool ${pool.id}.`);
};

const urlsAreUsable: Rule = (pool, { CallbackURLs = [], LogoutURLs = [], DefaultRedirectURI }) => {
  const wrong = [...CallbackURLs, ...LogoutURLs].find((url) => !isUsableUrl(url, pool.issuerUrl));
  if (wrong !== undefined) {
    return invalidParameter(
      `${wrong} is not allowed: URLs must be absolute, without a fragment, and https or on this machine.`,
    );
  }
  return DefaultRedirectURI === undefined || CallbackURLs.includes(DefaultRedirectURI)
    ? undefined
    : invalidParameter('DefaultRedirectURI must be in the list of CallbackURLs.');
};

/** https, a scheme of an app's own, or http on loopback or at these pools themselves. */
function isUsableUrl(text: string, ours: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname, origin } = new URL(text);
  if (protocol !== 'http:') return true;
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname) || origin === new URL(ours).origin;
}

const authFlowsAgree: Rule = (_pool, { ExplicitAuthFlows: flows = [], RefreshTokenRotation }) => {
  const isNew = (flow: string): boolean => flow.startsWith('ALLOW_');
  if (flows.some(isNew) && !flows.every(isNew)) {
    return invalidParameter(
      'ExplicitAuthFlows with ALLOW_ prefix can not be combined with values without ALLOW_ prefix.',
    );
  }
  return RefreshTokenRotation?.Feature === 'ENABLED' && flows.includes('ALLOW_REFRESH_TOKEN_AUTH')
    ? invalidParameter('Refresh token rotation can not be enabled with ALLOW_REFRESH_TOKEN_AUTH.')
    : undefined;
};

const lifetimesAreInRange: Rule = (_pool, settings) => {
  const identity = { name: '', id: '', secrets: [], createdAt: 0, modifiedAt: 0 };
  const client = appClient(identity, settings);
  const isShort = (value: number): boolean => value < 300 || value > 86_400;
  const isWrong =
    isShort(client.accessTokenSeconds) ||
    isShort(client.idTokenSeconds) ||
    client.refreshTokenSeconds < 3600 ||
    client.refreshTokenSeconds > 315_360_000;
  return isWrong ? invalidParameter('Invalid range for token validity.') : undefined;
};

const attributesExist: Rule = (pool, { ReadAttributes = [], WriteAttributes = [] }) => {
  const schema = pool.schema.map(({ Name }) => Name);
  if (!ReadAttributes.every((name) => schema.includes(name))) {
    return invalidParameter('Invalid read attributes specified while creating a client');
  }
  return WriteAttributes.every((name) => schema.includes(name) && !isPoolsOwn(name))
    ? undefined
    : invalidParameter('Invalid write attributes specified while creating a client');
};

const rules: readonly Rule[] = [
  oauthIsComplete,
  clientCredentialsAlone,
  scopesExist,
  providersExist,
  urlsAreUsable,
  authFlowsAgree,
  lifetimesAreInRange,
  attributesExist,
];

/** @throws {ApiError} for the first rule the settings break */
export function refuseImpossibleClient(
  pool: UserPool,
  settings: ClientSettings,
  hasSecret: boolean,
): void {
  for (const rule of rules) {
    const error = rule(pool, settings, hasSecret);
    if (error !== undefined) throw error;
  }
}
