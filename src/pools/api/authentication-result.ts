import { openGrant } from '../model/grants.js';
import type { AppClient, Grant, PoolUser } from '../model/pool-state.js';
import { mintTokens } from '../model/tokens/mint.js';
import { issueRefreshToken } from '../model/tokens/refresh-tokens.js';
import type { UserPool } from '../model/user-pool.js';

/** The one scope of a sign-in through the API; with it a user may look after their own profile. */
export const SELF_SERVICE_SCOPE = 'aws.cognito.signin.user.admin';

/** Everything of a sign-in through the API that went well. */
export async function signInResult(
  pool: UserPool,
  client: AppClient,
  user: PoolUser,
  now: number,
): Promise<object> {
  const scopes = [SELF_SERVICE_SCOPE];
  const grant = openGrant(pool, { client, user, scopes, signedInAt: now, isFromApi: true });
  const refreshToken = await issueRefreshToken(pool, client, grant, now);
  return tokensResult(pool, { client, user, grant, refreshToken }, now);
}

/** Tokens as `AuthenticationResult`, with nothing left to ask. */
export async function tokensResult(
  pool: UserPool,
  {
    client,
    user,
    grant,
    refreshToken,
  }: { client: AppClient; user: PoolUser; grant: Grant; refreshToken: string | undefined },
  now: number,
): Promise<object> {
  const { accessToken, idToken } = await mintTokens(pool, { client, grant, user, now });
  return {
    ChallengeParameters: {},
    AuthenticationResult: {
      AccessToken: accessToken,
      ExpiresIn: client.accessTokenSeconds,
      TokenType: 'Bearer',
      RefreshToken: refreshToken,
      IdToken: idToken,
    },
  };
}
