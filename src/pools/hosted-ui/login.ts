import type { Exchange } from '../exchange/exchange.js';
import { matchesNobody } from '../model/credentials/password.js';
import type { AuthorizationRequest, PoolUser } from '../model/pool-state.js';
import { signInProblem, userWithLogin } from '../model/users.js';
import { startFederation } from './federation/federation.js';
import { askForNewPassword } from './new-password.js';
import { showSignIn, showUnavailable } from './pages/sign-in-page.js';
import { finishSignIn } from './sign-in/answer-client.js';
import { readAuthorizationRequest, readSubmittedRequest } from './sign-in/authorization-request.js';

const PAGE_SECONDS = 300;
const TOO_LATE = 'Something went wrong. This page was open for too long; please sign in again.';

/**
 * `GET /login`: takes the query of `/oauth2/authorize` and checks it the same way. Never resumes a
 * session.
 */
export async function loginPage(exchange: Exchange): Promise<void> {
  const request = readAuthorizationRequest(exchange);
  if (request === undefined) return;
  const { provider } = request;
  if (typeof provider === 'object') await startFederation(exchange, request, provider);
  else if (provider === 'unavailable') showUnavailable(exchange, request);
  else showSignIn(exchange, request);
}

/**
 * `POST /login`: checks the password. The whole request is in the address of the form and checked
 * again, so nothing is remembered between page and answer, and several tabs work at once.
 *
 * Only `CONFIRMED` users get in; one with a temporary password is asked for a new one first. A page
 * older than five minutes starts over.
 */
export async function submitLogin(exchange: Exchange): Promise<void> {
  const request = readSubmittedRequest(exchange);
  if (request === undefined) return;
  const { form, now } = exchange;
  if (!request.client.identityProviders.includes('COGNITO')) {
    showUnavailable(exchange, request);
    return;
  }
  if (now > Number(form.get('shown_at') ?? now) + PAGE_SECONDS * 1000) {
    showSignIn(exchange, request, { error: TOO_LATE });
    return;
  }
  const user = await userWithPassword(exchange, request);
  if (typeof user === 'string') showSignIn(exchange, request, { error: user });
  else if (user.status === 'FORCE_CHANGE_PASSWORD') askForNewPassword(exchange, user);
  else await finishSignIn(exchange, request, { user, provider: 'COGNITO', nonce: request.nonce });
}

/** @returns the user, or what to tell whoever tried */
async function userWithPassword(
  { pool, form, now }: Exchange,
  { client }: AuthorizationRequest,
): Promise<PoolUser | string> {
  const user = userWithLogin(pool, form.get('username') ?? '');
  const password = form.get('password') ?? '';
  const isRight = await (user?.password?.matches(password) ?? matchesNobody(password));
  if (user === undefined && !client.preventUserExistenceErrors) return 'User does not exist.';
  if (user === undefined || !isRight) return 'Incorrect username or password.';
  return signInProblem(user, now)?.message ?? user;
}
