import { regionOf, userPoolIdOf } from '../../../cognito/user-pool.js';
import { readDiscovery } from '../visits/discovery-document.js';
import { ownClient } from '../context/app-client.js';
import { callbackOf, logoutUriOf, type Check, type DoctorContext } from '../context/context.js';
import { compact, finding, type Finding } from '../findings/finding.js';
import { clientFindings } from '../clients/app-client.js';
import {
  clientSecretMissing,
  clientSecretWrong,
  clientUnknown,
  issuerOfOtherPool,
} from '../clients/master-client.js';
import { limitFindings } from '../pools/pool-limits.js';
import { planFindings } from '../pools/pool-plan.js';
import { unreadableFinding } from '../pools/readable-attributes.js';
import { secretAge } from '../clients/secret-age.js';
import { isHidden, type ShownSecrets } from '../clients/shown-secrets.js';
import { ifAllowed, type UserPools } from '../context/user-pools.js';
import {
  refreshTokenSeconds,
  tokenFindings,
  userExistenceFinding,
} from '../pools/token-settings.js';
import { masterPool } from './within-pools.js';

/** The master pool and our app client there, as AWS has them. */
export const masterPoolSettings: Check = {
  name: 'master-pool',
  title: 'Master pool and its app client (AWS)',
  run: (context) =>
    masterPool(context, async (userPools, pool) => {
      const own = ownClient(context);
      const client = await userPools.client(pool.Id, own.clientId);
      if (client === undefined) return { findings: [await unknownClient(context, userPools)] };
      const secrets = await userPools.clientSecrets(pool.Id, own.clientId);
      const seen = [
        await planFindings(context, userPools, pool),
        await secretAge(context, userPools, client),
        await limitFindings(userPools, pool, client),
      ];
      return {
        findings: compact([
          ...clientFindings(own, client, {
            scope: context.settings.scope,
            callback: callbackOf(context),
            logoutUri: logoutUriOf(context),
          }),
          secretFinding(context, { shown: client.ClientSecret, count: secrets?.length }),
          ...tokenFindings(context, client),
          userExistenceFinding(own, client),
          unreadableFinding(context, client),
          ...seen.flatMap(({ findings }) => findings),
        ]),
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

/** What AWS does not show may be right all the same, and then only the token endpoint can tell. */
function secretFinding(context: DoctorContext, secrets: ShownSecrets): Finding | undefined {
  const { clientSecrets, clientId } = context.settings;
  const { shown, count } = secrets;
  if (clientSecrets.length === 0) {
    const hasSecret = shown !== undefined || isHidden(secrets);
    return hasSecret ? clientSecretMissing(context, secrets) : undefined;
  }
  if (count === 1 && shown !== undefined && !clientSecrets.includes(shown)) {
    return clientSecretWrong(context, secrets);
  }
  if (count !== 0) return undefined;
  return finding(
    'client_secret_unexpected',
    `CLIENT_SECRET is set, and the app client ${clientId} is public.`,
    'Write none; or, better, make a client with a secret: one cannot be added to this one.',
    { set: { CLIENT_SECRET: 'none' } },
  );
}

const inDays = (seconds: number): string =>
  seconds % 86_400 === 0 ? `${seconds / 86_400} days` : `${seconds} s`;
