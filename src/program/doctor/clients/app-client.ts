import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import { type AppClient, atClient, nameOf } from '../context/app-client.js';
import type { FindingCode } from '../findings/catalogue.js';
import { type Finding, finding, type Findings } from '../findings/finding.js';
import { nearMiss } from '../findings/near-miss.js';

/*
 * What can be wrong with our app client, and just so with the one that the master pool has at the
 * second pool. Found by looking into the pool, or by what shows of it from outside; either way it
 * is the same finding with the same fix.
 */

/** A finding's code, and what to do. */
type CodeAndFix = readonly [FindingCode, string];

/** The one for our client, or else the one for the client at the second pool. */
const eitherOf = ({ provider }: AppClient, ours: CodeAndFix, theirs: CodeAndFix): CodeAndFix =>
  provider === undefined ? ours : theirs;

/** @param nearby what is registered instead, in words */
export function callbackNotRegistered(client: AppClient, callback: string, nearby = ''): Finding {
  const [code, text] = eitherOf(
    client,
    [
      'callback_not_registered',
      'Add it, to the letter. If users see the site at another origin, correct BASE_URL instead.',
    ],
    [
      'upstream_callback_not_registered',
      'Add it, to the letter. It is the address of the master pool’s domain, not of the site.',
    ],
  );
  return finding(
    code,
    `${callback} is not among the callback URLs of ${nameOf(client)}.${nearby}`,
    text,
    atClient(client, 'Login pages › Edit › Allowed callback URLs', {
      add: { CallbackURLs: [callback] },
    }),
  );
}

export function logoutUrlNotRegistered(client: AppClient, logoutUri: string, nearby = ''): Finding {
  const [code, text] = eitherOf(
    client,
    ['logout_url_not_registered', 'Add it, to the letter.'],
    [
      'upstream_logout_url_not_registered',
      'Add it there too, to the letter: signing out visits both pools.',
    ],
  );
  return finding(
    code,
    `${logoutUri} is not among the sign-out URLs of ${nameOf(client)}.${nearby}`,
    text,
    atClient(client, 'Login pages › Edit › Allowed sign-out URLs', {
      add: { LogoutURLs: [logoutUri] },
    }),
  );
}

export function codeFlowOff(client: AppClient): Finding {
  const [code, text] = eitherOf(
    client,
    [
      'code_flow_off',
      'Switch it on. (Not beside client credentials: that excludes the others; make a client for each.)',
    ],
    ['upstream_code_flow_off', 'Switch it on.'],
  );
  return finding(
    code,
    `${nameOf(client, 'The')} may not use the authorization code grant.`,
    text,
    atClient(client, 'Login pages › Edit › OAuth grant types', {
      add: { AllowedOAuthFlows: ['code'] },
      ...(client.provider === undefined && { set: { AllowedOAuthFlowsUserPoolClient: true } }),
    }),
  );
}

const oauthOff = (client: AppClient, scopes: readonly string[]): Finding =>
  finding(
    client.provider === undefined ? 'client_oauth_off' : 'upstream_oauth_off',
    `${nameOf(client, 'The')} has OAuth switched off (AllowedOAuthFlowsUserPoolClient is false).`,
    'Switch it on; in the console it goes on by itself when the login pages are edited and saved.',
    atClient(client, 'Login pages › Edit', {
      add: { AllowedOAuthFlows: ['code'], AllowedOAuthScopes: scopes },
      set: { AllowedOAuthFlowsUserPoolClient: true },
    }),
  );

/**
 * @param scope that it is asked for
 * @param missing the scopes that are not allowed, where they are known
 */
export function scopeNotAllowed(
  client: AppClient,
  scope: string,
  missing?: readonly string[],
): Finding {
  const { provider } = client;
  const scopes = missing ?? scope.split(' ');
  const more = atClient(client, 'Login pages › Edit › OpenID Connect scopes', {
    add: { AllowedOAuthScopes: scopes },
  });
  const named = missing && `“${missing.join(' ')}”`;
  if (provider !== undefined) {
    return finding(
      'upstream_scope_not_allowed',
      `The master pool asks “${provider}” for “${scope}”, and ${nameOf(client)} may not have ${named ?? 'all of it'}.`,
      'Allow it at that app client, or ask for less at the identity provider of the master pool.',
      more,
    );
  }
  const what = `${nameOf(client, 'The')} may not have ${named ?? 'one'} of “${scope}”.`;
  if (!scopes.includes('offline_access')) {
    const text = 'Allow it at the app client, or take it out of SCOPE.';
    return finding('scope_not_allowed', what, text, more);
  }
  return finding(
    'scope_not_allowed',
    what,
    'Take offline_access out of SCOPE: Cognito has no such scope, and gives a refresh token without it.',
    { ...more, set: { SCOPE: scope.replace(/\s*\boffline_access\b/, '').trim() } },
  );
}

/** What sign-ins and sign-outs by a client need of it. */
interface Needs {
  readonly scope: string;
  /** `undefined` where it is not known. */
  readonly callback: string | undefined;
  /** `undefined` where nobody is signed out by it. */
  readonly logoutUri: string | undefined;
}

/** @param registered the client as AWS has it */
export function clientFindings(
  client: AppClient,
  registered: UserPoolClientType,
  { scope, callback, logoutUri }: Needs,
): Findings {
  const { CallbackURLs = [], LogoutURLs = [], AllowedOAuthFlows = [] } = registered;
  const { AllowedOAuthFlowsUserPoolClient, AllowedOAuthScopes = [] } = registered;
  const scopes = scope.split(' ');
  const missing = scopes.filter((each) => !AllowedOAuthScopes.includes(each));
  return [
    AllowedOAuthFlowsUserPoolClient === true ? undefined : oauthOff(client, scopes),
    AllowedOAuthFlows.includes('code') ? undefined : codeFlowOff(client),
    callback === undefined || CallbackURLs.includes(callback)
      ? undefined
      : callbackNotRegistered(client, callback, nearMiss(CallbackURLs, callback)),
    missing.length === 0 ? undefined : scopeNotAllowed(client, scope, missing),
    logoutUri === undefined || LogoutURLs.includes(logoutUri)
      ? undefined
      : logoutUrlNotRegistered(client, logoutUri, nearMiss(LogoutURLs, logoutUri)),
  ];
}
