import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import { ROTATION_GRACE_SECONDS } from '../../../sessions/time-limits.js';
import { type DoctorContext, changeClient } from '../context/context.js';
import type { Finding } from '../findings/finding.js';

const DAY = 86_400;
const unitSeconds: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: DAY,
};
const consoleAt = (pool: 'master' | 'second'): string =>
  `Amazon Cognito › User pools › the ${pool} pool › App clients › the client › App client information › Edit`;

/** How long after sign-in a refresh token of this client lasts. 0 means the default of 30 days, counted in days. */
export function refreshTokenSeconds({
  RefreshTokenValidity,
  TokenValidityUnits,
}: UserPoolClientType): number {
  if (!RefreshTokenValidity) return 30 * DAY;
  return RefreshTokenValidity * (unitSeconds[TokenValidityUnits?.RefreshToken ?? 'days'] ?? DAY);
}

/** Lifetimes, rotation and revocation. */
export function tokenFindings({ settings }: DoctorContext, client: UserPoolClientType): Finding[] {
  const { clientId, sessionAbsoluteSeconds } = settings;
  const findings: Finding[] = [];
  const add = (
    code: Finding['code'],
    what: string,
    fix: string,
    set: Readonly<Record<string, unknown>>,
  ): void => {
    const change = changeClient(settings, { set });
    findings.push({ code, what, fix: { text: fix, console: consoleAt('master'), change } });
  };

  const rotation = client.RefreshTokenRotation;
  const graceSeconds = rotation?.RetryGracePeriodSeconds ?? 0;
  if (rotation?.Feature === 'ENABLED' && graceSeconds < ROTATION_GRACE_SECONDS) {
    add(
      'rotation_without_grace',
      `The app client ${clientId} rotates refresh tokens with a grace period of ${graceSeconds} s. An answer that is lost, or that a killed process did not save, is asked for again for up to a minute; the token it is asked with works for ${graceSeconds} s.`,
      `Give it ${ROTATION_GRACE_SECONDS} s, the most there is.`,
      {
        RefreshTokenRotation: {
          Feature: 'ENABLED',
          RetryGracePeriodSeconds: ROTATION_GRACE_SECONDS,
        },
      },
    );
  }
  if (client.EnableTokenRevocation === false) {
    add(
      'revocation_off',
      `The app client ${clientId} has token revocation switched off.`,
      'Switch it on.',
      { EnableTokenRevocation: true },
    );
  }
  const seconds = refreshTokenSeconds(client);
  if (seconds < sessionAbsoluteSeconds) {
    add(
      'refresh_shorter_than_session',
      `Refresh tokens of the app client ${clientId} last ${seconds} s, and SESSION_ABSOLUTE_SECONDS is ${sessionAbsoluteSeconds}.`,
      'Let refresh tokens last as long as sessions, or sessions no longer than refresh tokens.',
      {
        RefreshTokenValidity: Math.max(60, Math.ceil(sessionAbsoluteSeconds / 60)),
        TokenValidityUnits: { ...client.TokenValidityUnits, RefreshToken: 'minutes' },
      },
    );
  }
  return findings;
}

/**
 * What a sign-in page gives away, where it has a password field: at a client that only sends people on to providers nobody types
 * one.
 *
 * @param client of the master pool or of one behind it
 */
export function userExistenceFindings(
  { ClientId: clientId = '', SupportedIdentityProviders = [], ...client }: UserPoolClientType,
  { userPoolId, provider }: { readonly userPoolId: string; readonly provider?: string | undefined },
): Finding[] {
  const { PreventUserExistenceErrors: prevents } = client;
  if (prevents === 'ENABLED' || !SupportedIdentityProviders.includes('COGNITO')) return [];
  const pool = provider === undefined ? 'master' : 'second';
  const name =
    provider === undefined
      ? `The app client ${clientId}`
      : `The app client ${clientId} of the pool behind “${provider}”`;
  return [
    {
      code: 'user_existence_revealed',
      about: provider,
      what: `${name} tells “User does not exist” from a wrong password (PreventUserExistenceErrors is ${prevents ?? 'not set'}).`,
      fix: {
        text: 'Switch “Prevent user existence errors” on.',
        console: consoleAt(pool),
        change: {
          kind: 'app-client',
          userPoolId,
          clientId,
          set: { PreventUserExistenceErrors: 'ENABLED' },
        },
      },
    },
  ];
}
