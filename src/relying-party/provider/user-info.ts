import * as client from 'openid-client';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { IdTokenClaims } from '../../tokens/id-token.js';
import { textOf, type SignedClaims } from '../../tokens/signed-claims.js';
import { userInfoInvalid, verifySignedUserInfo } from '../../tokens/signed-user-info.js';
import type { Provider } from './discovery.js';
import { reasonOf } from './calls/reason.js';
import { isServerFault } from './calls/fault.js';

type Verified = Pick<IdTokenClaims, 'subject' | 'all'>;

/**
 * What only the ID token says: whose it is, for whom, when, how and by which way the user signed
 * in.
 */
const ID_TOKEN_ALONE: ReadonlySet<string> = new Set(
  (
    'iss sub aud azp exp iat nbf jti nonce at_hash c_hash ' +
    'auth_time acr amr sid origin_jti event_id token_use cnf events ' +
    'identities cognito:username'
  ).split(' '),
);

/** A claim, and the one that says whether it was checked: believed only together. */
const CHECKED_BY: readonly (readonly [string, string])[] = [
  ['email', 'email_verified'],
  ['phone_number', 'phone_number_verified'],
];

/**
 * The claims of a sign-in with what userInfo says besides. The ID token has the last word (it is
 * signed), and the only one about the sign-in itself.
 *
 * @throws {RelyingPartyError} `user_info_subject_mismatch`, `user_info_invalid`
 */
export function mergeUserInfo<Claims extends Verified>(
  idToken: Claims,
  said: SignedClaims,
): Claims {
  requireSubject(said, idToken.subject);
  const besides = Object.entries(said).filter(([name]) => !ID_TOKEN_ALONE.has(name));
  const all: Record<string, unknown> = { ...Object.fromEntries(besides), ...idToken.all };
  for (const [claim, check] of CHECKED_BY) {
    const isSaidOfTheSame =
      idToken.all[claim] === undefined ||
      (idToken.all[check] === undefined && idToken.all[claim] === said[claim]);
    all[check] = (isSaidOfTheSame ? said : idToken.all)[check];
  }
  return { ...idToken, all };
}

/**
 * An answer about somebody else says nothing of this person, whatever the access token was. One
 * that names nobody is of no use, but speaks of nobody else either.
 * @throws {RelyingPartyError} `user_info_subject_mismatch`, `user_info_invalid`
 * @see OpenID Connect Core 1.0 section 5.3.2
 */
export function requireSubject(said: SignedClaims, subject: string): void {
  const named = textOf(said, 'sub');
  if (named === undefined) throw userInfoInvalid('sub is not a non-empty string');
  if (named === subject) return;
  throw new RelyingPartyError(
    'user_info_subject_mismatch',
    'userinfo endpoint: sub is not that of the ID token',
  );
}

/**
 * The OP does not take the access token (any more). At a sign-in, where it is seconds old, that is
 * an answer of no use.
 */
export class AccessTokenRefused extends RelyingPartyError {
  constructor(cause: unknown) {
    super('user_info_invalid', 'userinfo endpoint: status 401', { cause });
  }
}

/**
 * Gives what userInfo says for an access token, as JSON or signed. Whose claims they are is still
 * to be checked.
 *
 * @throws {RelyingPartyError} `user_info_invalid`, of which `AccessTokenRefused` is one;
 *   `provider_unavailable` when the endpoint does not answer: a sign-in without what was asked for
 *   could mean other rights than the user has
 * @see OpenID Connect Core 1.0 section 5.3
 */
export type ReadUserInfo = (accessToken: string) => Promise<SignedClaims>;

export interface UserInfoOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly provider: Pick<Provider, 'configuration' | 'keys'>;
  readonly now: () => number;
}

export function createUserInfo({ provider, ...expected }: UserInfoOptions): ReadUserInfo {
  return async (accessToken) => {
    const { type, text } = await ask(provider, accessToken);
    return type === 'application/jwt'
      ? verifySignedUserInfo(text, expected, provider.keys)
      : jsonAnswer(text);
  };
}

async function ask(
  provider: UserInfoOptions['provider'],
  accessToken: string,
): Promise<{ readonly type: string; readonly text: string }> {
  const configuration = await provider.configuration();
  const { userinfo_endpoint: endpoint } = configuration.serverMetadata();
  if (endpoint === undefined) throw unavailable('discovery names no userinfo_endpoint');
  const headers = new Headers({ accept: 'application/json, application/jwt' });
  try {
    const response = await client.fetchProtectedResource(
      configuration,
      accessToken,
      new URL(endpoint),
      'GET',
      null,
      headers,
    );
    requireGood(response);
    const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
    return { type, text: await response.text() };
  } catch (error) {
    if (error instanceof RelyingPartyError) throw error;
    throw unavailable(reasonOf(error), error);
  }
}

function requireGood(response: Response): void {
  const { status } = response;
  if (status === 200) return;
  if (status === 401) throw new AccessTokenRefused(response);
  if (isServerFault(status)) throw unavailable(reasonOf(response), response);
  throw userInfoInvalid(reasonOf(response), response);
}

function jsonAnswer(text: string): SignedClaims {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw userInfoInvalid('the answer is not JSON', error);
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw userInfoInvalid('the answer is no JSON object');
  }
  return answer as SignedClaims;
}

const unavailable = (reason: string, cause?: unknown): RelyingPartyError =>
  new RelyingPartyError('provider_unavailable', `userinfo endpoint: ${reason}`, { cause });
