import { isUserPool } from '../../../cognito/user-pool.js';
import type { RelyingPartyError } from '../../../errors/relying-party-error.js';
import {
  type ClientAuthenticationMethod,
  credentialOf,
} from '../../../tokens/client-authentication.js';
import { callbackOf, type DoctorContext, type ProviderMetadata } from '../context/context.js';
import { credentialsOf, exchangeBogusCode } from '../visits/exchange-bogus-code.js';
import { type Finding, finding } from '../findings/finding.js';
import { clientSecretMissing, clientSecretWrong } from './master-client.js';
import { ownSecrets } from './shown-secrets.js';

/**
 * Why the token endpoint turns the client away: what it shows may be wrong, or only the way in
 * which it shows it.
 */
export async function clientRefused(
  context: DoctorContext,
  metadata: ProviderMetadata,
): Promise<Finding> {
  const { clientSecrets, clientKey, clientAuthentication: set } = context.settings;
  const taken = await methodTaken(context, metadata);
  if (taken !== undefined) return wrongMethod(context, taken);
  const listed = metadata.clientAuthentication.token_endpoint_auth_methods_supported;
  // Many that take public clients, user pools among them, do not list `none`.
  if (set !== undefined && set !== 'none' && Array.isArray(listed) && !listed.includes(set)) {
    return unlistedMethod(context, set);
  }
  if (clientKey !== undefined) return clientKeyWrong(context);
  const secrets = await ownSecrets(context);
  return clientSecrets.length === 0
    ? clientSecretMissing(context, secrets)
    : clientSecretWrong(context, secrets);
}

/**
 * A method other than ours with which the same secret is taken. A user pool takes either, so there
 * it is never that.
 */
async function methodTaken(
  context: DoctorContext,
  { tokenEndpoint, clientAuthentication: metadata }: ProviderMetadata,
): Promise<ClientAuthenticationMethod | undefined> {
  const { settings } = context;
  if (isUserPool(settings.issuer)) return undefined;
  const methods = (Object.keys(credentialOf) as ClientAuthenticationMethod[]).filter(
    (each) => credentialOf[each] === 'secret' && each !== settings.clientAuthentication,
  );
  for (const clientAuthentication of methods) {
    for (const secret of settings.clientSecrets) {
      const { error } = await exchangeBogusCode(context, {
        tokenEndpoint,
        redirectUri: callbackOf(context),
        credentials: { ...credentialsOf(settings, secret), clientAuthentication },
        metadata,
      });
      // About the code, of which only a client hears that was let in (RFC 6749, section 5.2).
      if (error === 'invalid_grant') return clientAuthentication;
    }
  }
  return undefined;
}

const wrongMethod = ({ settings }: DoctorContext, method: ClientAuthenticationMethod): Finding =>
  finding(
    'client_authentication_unsupported',
    `The token endpoint takes the client ${settings.clientId} with ${method}, and not as ${settings.clientAuthentication === undefined ? 'the discovery document would have it' : `CLIENT_AUTHENTICATION says (${settings.clientAuthentication})`}.`,
    'Write that method.',
    { set: { CLIENT_AUTHENTICATION: method } },
  );

const unlistedMethod = ({ settings }: DoctorContext, method: ClientAuthenticationMethod): Finding =>
  finding(
    'client_authentication_unsupported',
    `CLIENT_AUTHENTICATION is ${method}, which the discovery document of ${settings.issuer} does not list, and its token endpoint turns the client away.`,
    WANTED,
  );

/** @param error that is met already where the site reads the discovery document */
export const noMethod = ({ settings }: DoctorContext, { message }: RelyingPartyError): Finding =>
  finding(
    'client_authentication_unsupported',
    `The client has ${credentialInWords(settings)}, which ${settings.issuer} does not take: ${message}.`,
    `${WANTED} If its list is wrong, name the method in CLIENT_AUTHENTICATION.`,
  );

const credentialInWords = ({ clientKey, clientSecrets }: DoctorContext['settings']): string =>
  clientKey !== undefined
    ? 'CLIENT_KEY to show'
    : clientSecrets.length > 0
      ? 'CLIENT_SECRET to show'
      : 'nothing to show (CLIENT_SECRET is none)';

const WANTED =
  'Give the client what the OpenID provider wants: CLIENT_SECRET, as every user pool does, or CLIENT_KEY.';

const clientKeyWrong = ({ settings }: DoctorContext): Finding =>
  finding(
    'client_secret_wrong',
    `CLIENT_KEY is no key of the client ${settings.clientId}.`,
    'Register its public half at the OpenID provider, or write the key whose public half is registered there.',
  );
