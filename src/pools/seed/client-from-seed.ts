import { appClient } from '../model/app-client.js';
import { addedSecret, originalSecret } from '../model/credentials/client-secrets.js';
import { makeClientId, makeClientSecret } from '../model/identifiers.js';
import type { AppClient } from '../model/pool-state.js';
import { withoutUndefined, type ClientSettings } from '../model/settings/settings.js';
import { ownScopes, type ClientSeed, type PoolSeed } from './seed.js';

/** A client as the seed has it, its references to other pools turned into URLs. */
export function clientFrom(
  seed: ClientSeed,
  pool: PoolSeed,
  domainOfPool: (name: string) => string,
  now: number,
): AppClient {
  const id = seed.id ?? makeClientId();
  const original = seed.secret === null ? undefined : (seed.secret ?? makeClientSecret());
  const secrets = originalSecret(id, original, now);
  for (const value of seed.addedSecrets ?? [])
    secrets.push(addedSecret({ id, secrets }, value, now));
  const identity = { name: seed.name, id, secrets, createdAt: now, modifiedAt: now };
  const callbackUrls = seed.callbackUrls?.map((url) =>
    typeof url === 'string' ? url : `${domainOfPool(url.idpResponseOf)}/oauth2/idpresponse`,
  );
  const named: ClientSettings = {
    CallbackURLs: callbackUrls,
    LogoutURLs: seed.logoutUrls && [...seed.logoutUrls],
    AllowedOAuthFlows: seed.flows && [...seed.flows],
    AllowedOAuthScopes: seed.scopes && [...seed.scopes],
    SupportedIdentityProviders: seed.identityProviders && [...seed.identityProviders],
    ...lifetimes(seed),
    RefreshTokenRotation: seed.refreshTokenRotation && {
      Feature: 'ENABLED',
      RetryGracePeriodSeconds: seed.refreshTokenRotation.graceSeconds ?? 0,
    },
    EnableTokenRevocation: seed.tokenRevocation,
    PreventUserExistenceErrors:
      seed.preventUserExistenceErrors === false
        ? 'LEGACY'
        : seed.preventUserExistenceErrors && 'ENABLED',
  };
  const others = seed.settings ?? clientDefaults(seed, pool);
  return appClient(identity, { ...others, ...withoutUndefined(named) });
}

/** A client of a seed is ready for the browser, as one made in the console is. */
function clientDefaults({ flows = ['code'] }: ClientSeed, pool: PoolSeed): ClientSettings {
  return {
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: [...flows],
    AllowedOAuthScopes: flows.includes('client_credentials')
      ? ownScopes(pool)
      : ['openid', 'email', 'profile'],
    SupportedIdentityProviders: ['COGNITO'],
    PreventUserExistenceErrors: 'ENABLED',
  };
}

function lifetimes(seed: ClientSeed): ClientSettings {
  const { accessTokenSeconds, idTokenSeconds, refreshTokenSeconds } = seed;
  const units = {
    ...(accessTokenSeconds !== undefined && { AccessToken: 'seconds' as const }),
    ...(idTokenSeconds !== undefined && { IdToken: 'seconds' as const }),
    ...(refreshTokenSeconds !== undefined && { RefreshToken: 'seconds' as const }),
  };
  return {
    AccessTokenValidity: accessTokenSeconds,
    IdTokenValidity: idTokenSeconds,
    RefreshTokenValidity: refreshTokenSeconds,
    TokenValidityUnits: Object.keys(units).length > 0 ? units : undefined,
  };
}
