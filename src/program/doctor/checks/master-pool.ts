import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import { regionOf, userPoolIdOf } from '../../../cognito/user-pool.js';
import { readDiscovery } from '../visits/discovery-document.js';
import { callbackOf, type DoctorContext, logoutUriOf, changeClient } from '../context/context.js';
import type { Check, Finding } from '../findings/finding.js';
import {
  callbackNotRegistered,
  clientSecretMissing,
  clientSecretWrong,
  clientUnknown,
  issuerOfOtherPool,
  codeFlowOff,
  logoutUrlNotRegistered,
  scopeNotAllowed,
} from '../clients/master-client.js';
import { limitFindings } from '../pools/pool-limits.js';
import { planFindings } from '../pools/pool-plan.js';
import { unreadableFindings } from '../pools/readable-attributes.js';
import { secretAge } from '../clients/secret-age.js';
import { isHidden, type ShownSecrets } from '../clients/shown-secrets.js';
import { ifAllowed, type UserPools } from '../context/user-pools.js';
import { nearMiss } from '../findings/near-miss.js';
import {
  refreshTokenSeconds,
  tokenFindings,
  userExistenceFindings,
} from '../pools/token-settings.js';
import { masterPool } from './within-pools.js';

/** The master pool and our app client there, as AWS has them. */
export const masterPoolSettings: Check<DoctorContext> = {
  name: 'master-pool',
  title: 'Master pool and its app client (AWS)',
  run: (context) =>
    masterPool(context, async (userPools, pool) => {
      const client = await userPools.client(pool.Id, context.settings.clientId);
      if (client === undefined) return { findings: [await unknownClient(context, userPools)] };
      const count = await userPools.clientSecretCount(pool.Id, context.settings.clientId);
      const seen = [
        await planFindings(context, userPools, pool),
        await secretAge(context, userPools, client),
        await limitFindings(userPools, pool, client),
      ];
      return {
        findings: [
          ...clientFindings(context, client),
          ...secretFindings(context, { shown: client.ClientSecret, count }),
          ...tokenFindings(context, client),
          ...userExistenceFindings(client, { userPoolId: pool.Id }),
          ...unreadableFindings(context, client),
          ...seen.flatMap(({ findings }) => findings),
        ],
        detail: [
          pool.Name,
          client.ClientName,
          `refresh tokens for ${inDays(refreshTokenSeconds(client))}`,
          ...seen.flatMap(({ notes }) => notes),
        ].join(', '),
      };
    }),
};

/** The other pools of the region may have it. */
async function unknownClient(context: DoctorContext, userPools: UserPools): Promise<Finding> {
  const { fetch, now } = context;
  const { issuer, clientId } = context.settings;
  const id = userPoolIdOf(issuer);
  // Not every user may list pools.
  const owner = await ifAllowed(() => userPools.poolWithClient(regionOf(id), clientId));
  if (owner === undefined) return clientUnknown(context);
  const other = issuer.replace(id, owner);
  const read = await readDiscovery(other, fetch, now);
  const isRight = 'document' in read && read.document['issuer'] === other;
  return issuerOfOtherPool(context, ` The pool ${owner} has it.`, isRight ? other : undefined);
}

function clientFindings(context: DoctorContext, client: UserPoolClientType): Finding[] {
  const { settings } = context;
  const { CallbackURLs = [], LogoutURLs = [], AllowedOAuthFlows = [] } = client;
  const { AllowedOAuthScopes = [] } = client;
  const missing = settings.scope.split(' ').filter((scope) => !AllowedOAuthScopes.includes(scope));
  const [callback, logoutUri] = [callbackOf(context), logoutUriOf(context)];
  const findings = [
    client.AllowedOAuthFlowsUserPoolClient === true ? undefined : oauthOff(context),
    AllowedOAuthFlows.includes('code') ? undefined : codeFlowOff(context),
    CallbackURLs.includes(callback)
      ? undefined
      : callbackNotRegistered(context, nearMiss(CallbackURLs, callback)),
    missing.length === 0 ? undefined : scopeNotAllowed(context, missing),
    LogoutURLs.includes(logoutUri)
      ? undefined
      : logoutUrlNotRegistered(context, nearMiss(LogoutURLs, logoutUri)),
  ];
  return findings.filter((finding) => finding !== undefined);
}

/** What AWS does not show may be right all the same, and then only the token endpoint can tell. */
function secretFindings(context: DoctorContext, secrets: ShownSecrets): Finding[] {
  const { clientSecrets, clientId } = context.settings;
  const { shown, count } = secrets;
  if (clientSecrets.length === 0) {
    return shown === undefined && !isHidden(secrets) ? [] : [clientSecretMissing(context, secrets)];
  }
  if (count === 1 && shown !== undefined && !clientSecrets.includes(shown)) {
    return [clientSecretWrong(context, secrets)];
  }
  if (count !== 0) return [];
  return [
    {
      code: 'client_secret_unexpected',
      what: `CLIENT_SECRET is set, and the app client ${clientId} is public.`,
      fix: {
        text: 'Write none; or, better, make a client with a secret: one cannot be added to this one.',
        change: { kind: 'environment', set: { CLIENT_SECRET: 'none' } },
      },
    },
  ];
}

const oauthOff = (context: DoctorContext): Finding => ({
  code: 'client_oauth_off',
  what: `The app client ${context.settings.clientId} has OAuth switched off (AllowedOAuthFlowsUserPoolClient is false).`,
  fix: {
    text: 'Switch it on; in the console it goes on by itself when the login pages are edited and saved.',
    console:
      'Amazon Cognito › User pools › the master pool › App clients › the client › Login pages › Edit',
    change: changeClient(context.settings, {
      add: { AllowedOAuthFlows: ['code'], AllowedOAuthScopes: context.settings.scope.split(' ') },
      set: { AllowedOAuthFlowsUserPoolClient: true },
    }),
  },
});

const inDays = (seconds: number): string =>
  seconds % 86_400 === 0 ? `${seconds / 86_400} days` : `${seconds} s`;
