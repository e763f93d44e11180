import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import { userPoolIdOf } from '../../../cognito/user-pool.js';
import type { DoctorContext } from '../context/context.js';
import { type Noted, finding } from '../findings/finding.js';
import { ifAllowed, type UserPools } from '../context/user-pools.js';

const DAY_MS = 86_400_000;

/** A secret that has been in files, logs of deployments and heads for longer is better replaced. */
const OLD_DAYS = 730;

/** How old the secret of our client is: since a client can have two, that of the older one. */
export async function secretAge(
  { settings, now }: DoctorContext,
  userPools: UserPools,
  { ClientSecret, CreationDate }: UserPoolClientType,
): Promise<Noted> {
  const { issuer, clientId } = settings;
  const listed = await ifAllowed(() => userPools.clientSecrets(userPoolIdOf(issuer), clientId));
  const times = (listed ?? []).flatMap(({ ClientSecretCreateDate: at }) => at?.getTime() ?? []);
  // Where nobody may ask, the one that the client was made with is as old as the client; of one
  // that was added nothing is known.
  if (times.length === 0 && ClientSecret !== undefined && CreationDate !== undefined) {
    times.push(CreationDate.getTime());
  }
  if (times.length === 0) return { findings: [], notes: [] };
  const days = Math.floor((now() - Math.min(...times)) / DAY_MS);
  const notes = days < 1 ? [] : [`secret ${days} ${days === 1 ? 'day' : 'days'} old`];
  if (days < OLD_DAYS) return { findings: [], notes };
  return {
    notes,
    findings: [
      finding(
        'client_secret_old',
        `The secret of the app client ${clientId} is ${days} days old.`,
        'Give the client another with “lifeguard rotate-secret”, while the site is up; or add a second one by hand, start the site with it, then delete the first.',
        {
          console:
            'Amazon Cognito › User pools › the master pool › App clients › the client › Client secrets',
        },
      ),
    ],
  };
}
