import { randomBytes } from 'node:crypto';
import { withQuery } from '../exchange/answers.js';
import type { Exchange } from '../exchange/exchange.js';
import { ensureXsrfToken } from '../exchange/xsrf.js';
import { dropOutdated, type PoolUser } from '../model/pool-state.js';
import {
  policyViolation,
  type PasswordPolicy,
  passwordPolicyOf,
} from '../model/settings/password-policy.js';
import { setPassword } from '../model/users.js';
import { showPage } from './pages/pages.js';
import { toSignInPage } from './pages/sign-in-page.js';
import { finishSignIn } from './sign-in/answer-client.js';
import { readSubmittedRequest } from './sign-in/authorization-request.js';

const CHALLENGE_SECONDS = 300;

/**
 * Shows the page for a new password to somebody who has proved the temporary one. Its address in
 * Cognito is not known; here it is `/newPassword` with the query of the login page. The field
 * `session` stands for the proof, like `Session` in the API.
 */
export function askForNewPassword(exchange: Exchange, { username, sub }: PoolUser): void {
  const session = randomBytes(32).toString('base64url');
  const { pool, now } = exchange;
  const expiresAt = now + CHALLENGE_SECONDS * 1000;
  dropOutdated(pool.newPasswordChallenges, (each) => now > each.expiresAt);
  pool.newPasswordChallenges.set(session, { username, sub, expiresAt });
  showForm(exchange, session, username);
}

/**
 * `POST /newPassword`: sets the password, confirms the user and ends the sign-in. The proof works
 * once.
 */
export async function submitNewPassword(exchange: Exchange): Promise<void> {
  const request = readSubmittedRequest(exchange);
  if (request === undefined) return;
  const { pool, form, now, query } = exchange;
  const session = form.get('session') ?? '';
  const challenge = pool.newPasswordChallenges.get(session);
  const user = challenge && pool.activeUser(challenge);
  if (
    user?.status !== 'FORCE_CHANGE_PASSWORD' ||
    challenge === undefined ||
    now > challenge.expiresAt
  ) {
    toSignInPage(exchange, query);
    return;
  }
  const password = form.get('new_password') ?? '';
  const problem =
    password === form.get('new_password_confirm')
      ? policyViolation(password, passwordPolicyOf(pool.settings))
      : 'Passwords do not match.';
  if (problem !== undefined) {
    showForm(exchange, session, user.username, problem);
    return;
  }
  pool.newPasswordChallenges.delete(session);
  setPassword(pool, user, password, now);
  await finishSignIn(exchange, request, { user, provider: 'COGNITO', nonce: request.nonce });
}

function showForm(exchange: Exchange, session: string, username: string, error?: string): void {
  const { pool, query } = exchange;
  showPage(exchange, 200, 'new-password', {
    error,
    username,
    form: {
      action: withQuery(`${pool.domain}/newPassword`, query),
      hidden: [
        { name: '_csrf', value: ensureXsrfToken(exchange) },
        { name: 'session', value: session },
      ],
    },
    policy: policyInWords(passwordPolicyOf(pool.settings)),
  });
}

function policyInWords(policy: PasswordPolicy): string {
  const kinds = [
    policy.requireLowercase && 'a lower-case letter',
    policy.requireUppercase && 'an upper-case letter',
    policy.requireNumbers && 'a number',
    policy.requireSymbols && 'a symbol',
  ].filter((kind) => kind !== false);
  const list = new Intl.ListFormat('en').format(kinds);
  return `At least ${policy.minimumLength} characters${kinds.length > 0 ? ` with ${list}` : ''}.`;
}
