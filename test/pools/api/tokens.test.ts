import {
  AdminDisableUserCommand,
  AdminUserGlobalSignOutCommand,
  type AuthenticationResultType,
  ChangePasswordCommand,
  CreateUserPoolDomainCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { unverifiedJwt } from '../../support/jwt.js';
import { codeIn, openBrowser, signIn as signInWithBrowser } from '../journeys.js';
import { exchangeCode, requestTokens, tokensIn, userInfo } from '../token-endpoint.js';
import { makeClient, makePool, makeUser, Password, recordOf, refusal, useApi } from './api.js';

const api = useApi();

interface Place {
  readonly UserPoolId: string;
  readonly ClientId: string;
  readonly ClientSecret: string | undefined;
}

async function place(settings: Parameters<typeof makeClient>[2] = {}): Promise<Place> {
  const UserPoolId = await makePool(api);
  const Domain = UserPoolId.toLowerCase().replace('_', '-');
  await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain }));
  const { ClientId, ClientSecret } = await makeClient(api, UserPoolId, {
    GenerateSecret: false,
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    ...settings,
  });
  await makeUser(api, UserPoolId, 'alice', { email: 'alice@example.com', name: 'Alice' });
  return { UserPoolId, ClientId, ClientSecret };
}

async function signIn(
  { ClientId, ClientSecret }: Place,
  PASSWORD = Password,
): Promise<{ AccessToken: string; IdToken: string; RefreshToken: string }> {
  const AuthParameters = { USERNAME: 'alice', PASSWORD, ...hashFor(ClientId, ClientSecret) };
  const { AuthenticationResult: result } = await api.sdk.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }),
  );
  const { AccessToken = '', IdToken = '', RefreshToken = '' } = result ?? {};
  return { AccessToken, IdToken, RefreshToken };
}

const hashFor = (clientId: string, secret: string | undefined): Record<string, string> =>
  secret === undefined
    ? {}
    : {
        SECRET_HASH: createHmac('sha256', secret).update(`alice${clientId}`).digest('base64'),
      };

const refresh = async (
  { ClientId, ClientSecret }: Place,
  REFRESH_TOKEN: string,
): Promise<AuthenticationResultType | undefined> => {
  const AuthParameters = { REFRESH_TOKEN, ...hashFor(ClientId, ClientSecret) };
  const { AuthenticationResult } = await api.sdk.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters }),
  );
  return AuthenticationResult;
};

const getUser = async (AccessToken: string) => api.sdk.send(new GetUserCommand({ AccessToken }));

describe('a refresh token', () => {
  it('gives new access and ID tokens, and stays', async () => {
    const where = await place();
    const first = await signIn(where);
    api.pools.clock.advance('10m');
    const next = await refresh(where, first.RefreshToken);
    expect(next?.RefreshToken).toBeUndefined();
    const [before, after] = [first.AccessToken, next?.AccessToken ?? ''].map(
      (token) => unverifiedJwt(token).claims,
    );
    expect(after).toMatchObject({
      origin_jti: before?.['origin_jti'],
      auth_time: before?.['auth_time'],
    });
    expect(after?.['jti']).not.toBe(before?.['jti']);
    expect(unverifiedJwt(next?.IdToken ?? '').claims).not.toHaveProperty('at_hash');
    expect(await refresh(where, first.RefreshToken)).toBeDefined();
    const oauth = { grant_type: 'refresh_token', refresh_token: first.RefreshToken };
    const answer = await requestTokens(api.pools.pool(where.UserPoolId), 'site', oauth, 'none');
    expect(answer.json).toHaveProperty('id_token');
  });

  it.each<[string, string, (where: Place, token: string) => Promise<unknown>]>([
    [
      'was revoked',
      'Refresh Token has been revoked',
      async ({ ClientId }, Token) => api.sdk.send(new RevokeTokenCommand({ Token, ClientId })),
    ],
    ['is too old', 'Refresh Token has expired', async () => api.pools.clock.advance('31d')],
    [
      'belongs to somebody who signed out everywhere',
      'Refresh Token has been revoked',
      async ({ UserPoolId }) =>
        api.sdk.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username: 'alice' })),
    ],
    [
      'belongs to a disabled user',
      'Refresh Token has been revoked',
      async ({ UserPoolId }) =>
        api.sdk.send(new AdminDisableUserCommand({ UserPoolId, Username: 'alice' })),
    ],
  ])('that %s is refused', async (_, words, spoil) => {
    const where = await place();
    const { RefreshToken } = await signIn(where);
    await spoil(where, RefreshToken);
    expect(await refusal(refresh(where, RefreshToken))).toBe(`NotAuthorizedException: ${words}`);
  });

  it('is its client’s alone, which proves its secret by hash', async () => {
    const where = await place({ GenerateSecret: true });
    const { RefreshToken } = await signIn(where);
    expect(await refresh(where, RefreshToken)).toBeDefined();
    const bare = { ...where, ClientSecret: undefined };
    expect(await refusal(refresh(bare, RefreshToken))).toContain('SECRET_HASH was not received');
    const other = await makeClient(api, where.UserPoolId, {
      GenerateSecret: false,
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    });
    const stolen = refresh({ ...bare, ClientId: other.ClientId }, RefreshToken);
    expect(await refusal(stolen)).toBe('NotAuthorizedException: Invalid Refresh Token');
  });

  it('is replaced at each use where rotation is on, and told apart when it comes again', async () => {
    const where = await place({
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
    });
    const { ClientId } = where;
    const { RefreshToken: first } = await signIn(where);
    const rotate = async (RefreshToken: string): Promise<AuthenticationResultType | undefined> => {
      const command = new GetTokensFromRefreshTokenCommand({ RefreshToken, ClientId });
      const { AuthenticationResult, ...others } = await api.sdk.send(command);
      expect(Object.keys(others)).toEqual(['$metadata']);
      return AuthenticationResult;
    };
    const second = (await rotate(first))?.RefreshToken ?? '';
    expect(second).not.toBe(first);
    expect((await rotate(first))?.RefreshToken).toBeTruthy();
    api.pools.clock.advance('11s');
    expect(await refusal(rotate(first))).toMatch(/^RefreshTokenReuseException: /);
    expect((await rotate(second))?.RefreshToken).toBeTruthy();
    expect(await refusal(refresh(where, second))).toContain('flow not enabled for this client');
  });

  it('gives no other where rotation is off, and asks for the secret', async () => {
    const where = await place({ GenerateSecret: true });
    const { RefreshToken } = await signIn(where);
    const { ClientId, ClientSecret } = where;
    const get = async (secret: string | undefined) =>
      api.sdk.send(
        new GetTokensFromRefreshTokenCommand({ RefreshToken, ClientId, ClientSecret: secret }),
      );
    const { AuthenticationResult } = await get(ClientSecret);
    expect(AuthenticationResult).not.toHaveProperty('RefreshToken');
    expect(await refusal(get('wrong'))).toMatch(/^NotAuthorizedException: /);
  });
});

describe('RevokeToken', () => {
  it('ends every token of the sign-in at the pool, not others, and knows no unknown token', async () => {
    const where = await place();
    const { ClientId } = where;
    const [first, second] = [await signIn(where), await signIn(where)];
    const revoke = async (Token: string): Promise<unknown> =>
      api.sdk.send(new RevokeTokenCommand({ Token, ClientId }));
    await revoke(first.RefreshToken);
    await revoke('unknown');
    expect(await refusal(getUser(first.AccessToken))).toBe(
      'NotAuthorizedException: Access Token has been revoked',
    );
    expect(await getUser(second.AccessToken)).toMatchObject({ Username: 'alice' });
    expect(await refusal(revoke(second.AccessToken))).toMatch(/^UnsupportedTokenTypeException: /);
  });

  it('is refused where revocation is off, and for the token of another client', async () => {
    const where = await place({ EnableTokenRevocation: false });
    const { RefreshToken: Token } = await signIn(where);
    const off = new RevokeTokenCommand({ Token, ClientId: where.ClientId });
    expect(await refusal(api.sdk.send(off))).toMatch(/^UnsupportedOperationException: /);
    const { ClientId } = await makeClient(api, where.UserPoolId, { GenerateSecret: false });
    const foreign = new RevokeTokenCommand({ Token, ClientId });
    expect(await refusal(api.sdk.send(foreign))).toMatch(/^UnauthorizedException: /);
  });
});

describe('an access token', () => {
  it('shows its user what the client may read', async () => {
    const where = await place({ ReadAttributes: ['email'] });
    const { UserAttributes, Username } = await getUser((await signIn(where)).AccessToken);
    expect(Username).toBe('alice');
    expect(recordOf(UserAttributes)).toEqual({
      sub: expect.any(String),
      email: 'alice@example.com',
    });
  });

  it('is refused when it is nobody’s, expired, or for something else', async () => {
    const where = await place({ AllowedOAuthScopes: ['openid', 'email'] });
    expect(await refusal(getUser('a.b.c'))).toBe('NotAuthorizedException: Invalid Access Token');
    const { AccessToken, IdToken } = await signIn(where);
    expect(await refusal(getUser(IdToken))).toContain('Invalid Access Token');
    const pool = api.pools.pool(where.UserPoolId);
    const alice = { username: 'alice', password: Password };
    const scope = { scope: 'openid email' };
    const code = codeIn(await signInWithBrowser(openBrowser(), pool, 'site', alice, scope));
    const oauth = tokensIn(await exchangeCode(pool, 'site', code));
    expect(await refusal(getUser(oauth.access_token))).toBe(
      'NotAuthorizedException: Access Token does not have required scopes',
    );
    expect((await userInfo(pool, AccessToken)).status).toBe(401);
    api.pools.clock.advance('61m');
    expect(await refusal(getUser(AccessToken))).toContain('Access Token has expired');
  });

  it('signs its user out everywhere', async () => {
    const where = await place();
    const [here, elsewhere] = [await signIn(where), await signIn(where)];
    await api.sdk.send(new GlobalSignOutCommand({ AccessToken: here.AccessToken }));
    for (const { AccessToken, RefreshToken } of [here, elsewhere]) {
      expect(await refusal(getUser(AccessToken))).toContain('has been revoked');
      expect(await refusal(refresh(where, RefreshToken))).toContain('has been revoked');
    }
  });

  it('changes the password of whoever knows the present one', async () => {
    const where = await place();
    const { AccessToken } = await signIn(where);
    const change = async (PreviousPassword: string, ProposedPassword: string): Promise<unknown> =>
      api.sdk.send(new ChangePasswordCommand({ AccessToken, PreviousPassword, ProposedPassword }));
    expect(await refusal(change('Wrong-Horse-1', 'Another-Horse-2'))).toBe(
      'NotAuthorizedException: Incorrect username or password.',
    );
    expect(await refusal(change(Password, 'short'))).toMatch(/^InvalidPasswordException: /);
    await change(Password, 'Another-Horse-2');
    expect((await signIn(where, 'Another-Horse-2')).AccessToken).toBeTruthy();
    expect(await refusal(signIn(where))).toContain('Incorrect username or password.');
  });
});
