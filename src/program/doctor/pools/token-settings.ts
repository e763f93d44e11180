import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import { ROTATION_GRACE_SECONDS } from '../../../sessions/time-limits.js';
import { type AppClient, atClient, nameOf, ownClient } from '../context/app-client.js';
import type { DoctorContext } from '../context/context.js';
import { type Finding, finding, type Findings, type More } from '../findings/finding.js';

const DAY = 86_400;
const unitSeconds: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: DAY,
};
const PAGE = 'App client information › Edit';

/**
 * How long after sign-in a refresh token of this client lasts. 0 means the default of 30 days,
 * counted in days.
 */
export function refreshTokenSeconds({
  RefreshTokenValidity,
  TokenValidityUnits,
}: UserPoolClientType): number {
  if (!RefreshTokenValidity) return 30 * DAY;
  return RefreshTokenValidity * (unitSeconds[TokenValidityUnits?.RefreshToken ?? 'days'] ?? DAY);
}

/** Lifetimes, rotation and revocation. */
export function tokenFindings(context: DoctorContext, registered: UserPoolClientType): Findings {
  const { clientId, sessionAbsoluteSeconds } = context.settings;
  const atOurs = (set: Readonly<Record<string, unknown>>): More =>
    atClient(ownClient(context), PAGE, { set });

  const { RefreshTokenRotation: rotation, EnableTokenRevocation: isRevocable } = registered;
  const graceSeconds = rotation?.RetryGracePeriodSeconds ?? 0;
  const seconds = refreshTokenSeconds(registered);
  return [
    rotation?.Feature === 'ENABLED' && graceSeconds < ROTATION_GRACE_SECONDS
      ? finding(
          'rotation_without_grace',
          `The app client ${clientId} rotates refresh tokens with a grace period of ${graceSeconds} s. An answer that is lost, or that a killed process did not save, is asked for again for up to a minute; the token it is asked with works for ${graceSeconds} s.`,
          `Give it ${ROTATION_GRACE_SECONDS} s, the most there is.`,
          atOurs({
            RefreshTokenRotation: {
              Feature: 'ENABLED',
              RetryGracePeriodSeconds: ROTATION_GRACE_SECONDS,
            },
          }),
        )
      : undefined,
    isRevocable === false
      ? finding(
          'revocation_off',
          `The app client ${clientId} has token revocation switched off.`,
          'Switch it on.',
          atOurs({ EnableTokenRevocation: true }),
        )
      : undefined,
    seconds < sessionAbsoluteSeconds
      ? finding(
          'refresh_shorter_than_session',
          `Refresh tokens of the app client ${clientId} last ${seconds} s, and SESSION_ABSOLUTE_SECONDS is ${sessionAbsoluteSeconds}.`,
          'Let refresh tokens last as long as sessions, or sessions no longer than refresh tokens.',
          atOurs({
            RefreshTokenValidity: Math.max(60, Math.ceil(sessionAbsoluteSeconds / 60)),
            TokenValidityUnits: { ...registered.TokenValidityUnits, RefreshToken: 'minutes' },
          }),
        )
      : undefined,
  ];
}

/**
 * What a sign-in page gives away, where it has a password field: at a client that only sends people
 * on to providers nobody types one.
 */
export function userExistenceFinding(
  client: AppClient,
  { SupportedIdentityProviders = [], PreventUserExistenceErrors: prevents }: UserPoolClientType,
): Finding | undefined {
  if (prevents === 'ENABLED' || !SupportedIdentityProviders.includes('COGNITO')) return undefined;
  return finding(
    'user_existence_revealed',
    `${nameOf(client, 'The')} tells “User does not exist” from a wrong password (PreventUserExistenceErrors is ${prevents ?? 'not set'}).`,
    'Switch “Prevent user existence errors” on.',
    atClient(client, PAGE, { set: { PreventUserExistenceErrors: 'ENABLED' } }),
  );
}
