import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import type { Question } from '../findings/change.js';
import { changeProvider, type DoctorContext } from '../context/context.js';
import { atClient, ownClient } from '../context/app-client.js';
import { type Finding, type Fix, finding } from '../findings/finding.js';
import { isHidden, type ShownSecrets } from './shown-secrets.js';

/*
 * What can be wrong with our app client alone. Found by looking into the pool, or by what shows of
 * it from outside; either way it is the same finding with the same fix.
 */

const CONSOLE = 'Amazon Cognito › User pools › the master pool › App clients';

export function clientUnknown(context: DoctorContext): Finding {
  const { clientId, issuer } = context.settings;
  const upstream = upstreamPoolOf(context);
  if (upstream !== undefined)
    return issuerOfOtherPool(context, ` It is the pool behind “${upstream}”.`);
  return finding(
    'client_unknown',
    `The issuer ${issuer} knows no client ${clientId}: CLIENT_ID is mistyped, or of another pool, or was deleted.`,
    'Copy CLIENT_ID from the app client of this pool, or ISSUER from the pool of this client.',
    {
      ...inPool(context, `${CONSOLE} › Client ID`),
      question: ask(issuer, 'list-user-pool-clients'),
    },
  );
}

/**
 * The identity provider whose pages are where the issuer sends people at once: then ISSUER is the
 * pool behind the master pool.
 */
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
  return finding(
    'issuer_of_other_pool',
    `ISSUER is ${issuer}, a user pool that has no client ${clientId}.${which}`,
    'Write the issuer of the master pool, which has the client.',
    {
      ...inPool(context, 'Amazon Cognito › User pools › the master pool › Overview › User pool ID'),
      ...(right === undefined
        ? { question: ask(issuer, 'list-user-pools', { 'max-results': '60' }) }
        : { set: { ISSUER: right } }),
    },
  );
}

export function providerNotEnabled(context: DoctorContext, name: string): Finding {
  return finding(
    'provider_not_enabled',
    `The app client ${context.settings.clientId} does not offer the identity provider “${name}”.`,
    'Switch it on at the app client and save; it takes up to a minute. If it is not in the list there, it must first be added to the pool, or IDENTITY_PROVIDERS has a name the pool does not know.',
    {
      ...atClient(ownClient(context), 'Login pages › Edit › Identity providers', {
        add: { SupportedIdentityProviders: [name] },
      }),
      about: name,
    },
  );
}

export function providerNameCase(context: DoctorContext, name: string, actual: string): Finding {
  return finding(
    'provider_name_case',
    `IDENTITY_PROVIDERS says “${name}”, and the user pool calls it “${actual}”.`,
    `Write “${actual}”.`,
    { about: name, set: changeProvider(context.settings, name, { name: actual }) },
  );
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
