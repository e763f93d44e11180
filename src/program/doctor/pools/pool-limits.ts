import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import { regionOf } from '../../../cognito/user-pool.js';
import { type UserPool, ifAllowed, type UserPools } from '../context/user-pools.js';
import { type Finding, finding, type Findings, type Noted } from '../findings/finding.js';

/** Fewer signed-in browsers and devices than most people have. */
const FEW_SESSIONS = 3;

/**
 * What a client has at most.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
 */
const MOST = { CallbackURLs: 100, LogoutURLs: 100, AllowedOAuthScopes: 50 } as const;
const NEAR = 0.95;

/**
 * How many sessions a user may have, what a second of sign-ins may bring, and lists that are nearly
 * full.
 */
export async function limitFindings(
  userPools: UserPools,
  { Id }: UserPool,
  client: UserPoolClientType,
): Promise<Noted> {
  const tracking = await ifAllowed(() => userPools.sessionConfiguration(Id));
  const limit = await ifAllowed(() => userPools.limit(regionOf(Id), 'UserFederation'));
  const isTracked = tracking?.UserSessionTracking === 'ENABLED';
  const most = tracking?.TokenSession?.MaxPerUser;
  return {
    findings: [
      isTracked && most !== undefined && most < FEW_SESSIONS ? fewSessions(most) : undefined,
      ...nearlyFull(client),
    ],
    notes: [
      ...(isTracked ? [`sessions tracked, ${most ?? '?'} for each user`] : []),
      ...(limit?.ProvisionedLimitValue === undefined
        ? []
        : [`${limit.ProvisionedLimitValue} federated sign-ins a second`]),
    ],
  };
}

const fewSessions = (most: number): Finding =>
  finding(
    'sessions_limited',
    `The master pool tracks sessions and lets each user have ${most}: the next sign-in ends the one not used for longest.`,
    'Let users have more of them, 20 is the default.',
    { console: 'Amazon Cognito › User pools › the master pool › Session management' },
  );

const nearlyFull = (client: UserPoolClientType): Findings =>
  Object.entries(MOST).map(([list, most]) => {
    const { length } = client[list as keyof typeof MOST] ?? [];
    if (length < NEAR * most) return undefined;
    return finding(
      'quota_near',
      `The app client ${client.ClientId} has ${length} of at most ${most} ${list}.`,
      'Take out those of sites that are no more, or make another client for some of them.',
      { about: list },
    );
  });
