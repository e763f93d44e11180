import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import type { Change, ClientList, Question } from '../findings/change.js';
import {
  callbackOf,
  changeClient,
  changeProvider,
  type DoctorContext,
  logoutUriOf,
} from '../context/context.js';
import type { Finding, Fix } from '../findings/finding.js';
import { isHidden, type ShownSecrets } from './shown-secrets.js';

/*
 * What can be wrong with our app client at the master pool. Found by looking into the pool, or by what shows of it from
 * outside; either way it is the same finding with the same fix.
 */

const CONSOLE = 'Amazon Cognito › User pools › the master pool › App clients';

export function clientUnknown(context: DoctorContext): Finding {
  const { clientId, issuer } = context.settings;
  const upstream = upstreamPoolOf(context);
  if (upstream !== undefined)
    return issuerOfOtherPool(context, ` It is the pool behind “${upstream}”.`);
  return {
    code: 'client_unknown',
    what: `The issuer ${issuer} knows no client ${clientId}: CLIENT_ID is mistyped, or of another pool, or was deleted.`,
    fix: {
      text: 'Copy CLIENT_ID from the app client of this pool, or ISSUER from the pool of this client.',
      ...inPool(context, `${CONSOLE} › Client ID`),
      question: ask(issuer, 'list-user-pool-clients'),
    },
  };
}

/** The identity provider whose pages are where the issuer sends people at once: then ISSUER is the pool behind the master pool. */
function upstreamPoolOf({ settings, metadata }: DoctorContext): string | undefined {
  const domain = metadata?.authorizationEndpoint.replace(/\/oauth2\/authorize$/, '');
  return settings.identityProviders.find(
    ({ signOut }) => signOut.kind === 'cognito' && signOut.domain === domain,
  )?.name;
}

/**
 * @param which what else is known of the pool at ISSUER
 * @param right the issuer of the pool that has the client, where it is known
 */
export function issuerOfOtherPool(context: DoctorContext, which: string, right?: string): Finding {
  const { clientId, issuer } = context.settings;
  return {
    code: 'issuer_of_other_pool',
    what: `ISSUER is ${issuer}, a user pool that has no client ${clientId}.${which}`,
    fix: {
      text: 'Write the issuer of the master pool, which has the client.',
      ...inPool(context, 'Amazon Cognito › User pools › the master pool › Overview › User pool ID'),
      ...(right === undefined
        ? { question: ask(issuer, 'list-user-pools', { 'max-results': '60' }) }
        : { change: { kind: 'environment', set: { ISSUER: right } } as const }),
    },
  };
}

/** @param nearMiss what is registered instead, in words */
export function callbackNotRegistered(context: DoctorContext, nearMiss = ''): Finding {
  const callback = callbackOf(context);
  return {
    code: 'callback_not_registered',
    what: `${callback} is not among the callback URLs of the app client ${context.settings.clientId}.${nearMiss}`,
    fix: {
      text: 'Add it, to the letter. If users see the site at another origin, correct BASE_URL instead.',
      ...inPool(context, `${CONSOLE} › the client › Login pages › Edit › Allowed callback URLs`),
      change: addToClient(context, 'CallbackURLs', callback),
    },
  };
}

export function logoutUrlNotRegistered(context: DoctorContext, nearMiss = ''): Finding {
  const logoutUri = logoutUriOf(context);
  return {
    code: 'logout_url_not_registered',
    what: `${logoutUri} is not among the sign-out URLs of the app client ${context.settings.clientId}.${nearMiss}`,
    fix: {
      text: 'Add it, to the letter.',
      ...inPool(context, `${CONSOLE} › the client › Login pages › Edit › Allowed sign-out URLs`),
      change: addToClient(context, 'LogoutURLs', logoutUri),
    },
  };
}

/** @param missing the scopes that are not allowed, where they are known */
export function scopeNotAllowed(context: DoctorContext, missing?: readonly string[]): Finding {
  const { scope, clientId } = context.settings;
  const which =
    missing === undefined ? `one of “${scope}”` : `“${missing.join(' ')}” of “${scope}”`;
  const scopes = missing ?? scope.split(' ');
  return {
    code: 'scope_not_allowed',
    what: `The app client ${clientId} may not have ${which}.`,
    fix: {
      text: scopes.includes('offline_access')
        ? 'Take offline_access out of SCOPE: Cognito has no such scope, and gives a refresh token without it.'
        : 'Allow it at the app client, or take it out of SCOPE.',
      ...inPool(context, `${CONSOLE} › the client › Login pages › Edit › OpenID Connect scopes`),
      change: scopes.includes('offline_access')
        ? {
            kind: 'environment',
            set: { SCOPE: scope.replace(/\s*\boffline_access\b/, '').trim() },
          }
        : addToClient(context, 'AllowedOAuthScopes', ...scopes),
    },
  };
}

export function codeFlowOff(context: DoctorContext): Finding {
  return {
    code: 'code_flow_off',
    what: `The app client ${context.settings.clientId} may not use the authorization code grant.`,
    fix: {
      text: 'Switch it on. (Not beside client credentials: that excludes the others; make a client for each.)',
      ...inPool(context, `${CONSOLE} › the client › Login pages › Edit › OAuth grant types`),
      change: changeClient(context.settings, {
        add: { AllowedOAuthFlows: ['code'] },
        set: { AllowedOAuthFlowsUserPoolClient: true },
      }),
    },
  };
}

export function providerNotEnabled(context: DoctorContext, name: string): Finding {
  return {
    code: 'provider_not_enabled',
    about: name,
    what: `The app client ${context.settings.clientId} does not offer the identity provider “${name}”.`,
    fix: {
      text: 'Switch it on at the app client and save; it takes up to a minute. If it is not in the list there, it must first be added to the pool, or IDENTITY_PROVIDERS has a name the pool does not know.',
      ...inPool(context, `${CONSOLE} › the client › Login pages › Edit › Identity providers`),
      change: addToClient(context, 'SupportedIdentityProviders', name),
    },
  };
}

export function providerNameCase(context: DoctorContext, name: string, actual: string): Finding {
  return {
    code: 'provider_name_case',
    about: name,
    what: `IDENTITY_PROVIDERS says “${name}”, and the user pool calls it “${actual}”.`,
    fix: {
      text: `Write “${actual}”.`,
      change: changeProvider(context.settings, name, { name: actual }),
    },
  };
}

/** @param secrets what AWS tells of those of the client, where we may look */
export function clientSecretWrong(context: DoctorContext, secrets?: ShownSecrets): Finding {
  const { clientId } = context.settings;
  return {
    code: 'client_secret_wrong',
    what: `CLIENT_SECRET is not the secret of the client ${clientId}.`,
    fix: secrets !== undefined && isHidden(secrets) ? newSecret(context) : shownSecret(context),
  };
}

function shownSecret(context: DoctorContext): Fix {
  const { clientId, issuer } = context.settings;
  return {
    text: isUserPool(issuer)
      ? 'Copy it from the app client. Where that shows none (“None”), it was rotated, and Cognito shows the new one to nobody: make another with “aws cognito-idp add-user-pool-client-secret”.'
      : 'Copy it from the client.',
    ...inPool(context, `${CONSOLE} › the client › Client secret`),
    question: ask(issuer, 'describe-user-pool-client', {
      'client-id': clientId,
      query: 'UserPoolClient.ClientSecret',
      output: 'text',
    }),
  };
}

function newSecret(context: DoctorContext): Fix {
  const { clientId, issuer } = context.settings;
  return {
    text: 'The client was given its secret later, and Cognito shows such a one to nobody. Where the site still has a good one, take it from there, or run “lifeguard rotate-secret” there. Otherwise make a new one, which is shown this once, and write it into CLIENT_SECRET; a client has two at most, so delete one that nobody uses first.',
    ...inPool(context, `${CONSOLE} › the client › Client secrets`),
    change: { kind: 'client-secret', userPoolId: userPoolIdOf(issuer), clientId },
  };
}

export function clientSecretMissing(context: DoctorContext, secrets?: ShownSecrets): Finding {
  return {
    ...clientSecretWrong(context, secrets),
    code: 'client_secret_missing',
    what: `CLIENT_SECRET is none, and the client ${context.settings.clientId} has a secret.`,
  };
}

/** The change that adds to a list of our app client, if its user pool is known. */
function addToClient(
  { settings }: DoctorContext,
  list: ClientList,
  ...values: string[]
): Change | undefined {
  return changeClient(settings, { add: { [list]: values } });
}

function ask(
  issuer: string,
  operation: string,
  options: Question['options'] = {},
): Question | undefined {
  if (!isUserPool(issuer)) return undefined;
  const userPoolId = userPoolIdOf(issuer);
  const about = operation === 'list-user-pools' ? {} : { 'user-pool-id': userPoolId };
  return { userPoolId, operation, options: { ...about, ...options } };
}

const inPool = ({ settings }: DoctorContext, console: string): Pick<Fix, 'console'> =>
  isUserPool(settings.issuer) ? { console } : {};
