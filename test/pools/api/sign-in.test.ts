import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  AdminInitiateAuthCommand,
  AdminRespondToAuthChallengeCommand,
  type AuthenticationResultType,
  type AuthFlowType,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
  RespondToAuthChallengeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startPools } from '../../../src/pools/index.js';
import { unverifiedJwt, verifiedJwt } from '../../support/jwt.js';
import { makeClient, makePool, makeUser, Password, refusal, sdkFor, useApi } from './api.js';
import { joinPools } from './federated-world.js';
import { signInWithSrp } from './srp-client.js';

const api = useApi();

const flows = {
  ExplicitAuthFlows: [
    'ALLOW_USER_PASSWORD_AUTH',
    'ALLOW_ADMIN_USER_PASSWORD_AUTH',
    'ALLOW_USER_SRP_AUTH',
    'ALLOW_REFRESH_TOKEN_AUTH',
  ],
} satisfies Parameters<typeof makeClient>[2];

interface Place {
  readonly UserPoolId: string;
  readonly ClientId: string;
}

/** A pool with alice and a public client that may do everything. */
async function place(
  settings: Parameters<typeof makeClient>[2] = {},
  pool: Parameters<typeof makePool>[1] = {},
): Promise<Place> {
  const UserPoolId = await makePool(api, pool);
  const { ClientId } = await makeClient(api, UserPoolId, {
    GenerateSecret: false,
    ...flows,
    ...settings,
  });
  await makeUser(api, UserPoolId, 'alice', { email: 'alice@example.com', email_verified: 'true' });
  return { UserPoolId, ClientId };
}

const signIn = async (
  { ClientId }: Pick<Place, 'ClientId'>,
  AuthParameters: Record<string, string> = { USERNAME: 'alice', PASSWORD: Password },
  AuthFlow: AuthFlowType = 'USER_PASSWORD_AUTH',
): Promise<InitiateAuthCommandOutput> =>
  api.sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters }));

const as = (USERNAME: string, PASSWORD = Password): Record<string, string> => ({
  USERNAME,
  PASSWORD,
});

describe('a sign-in with a password', () => {
  it.each([
    [false, 'it was accepted'],
    [true, 'NotAuthorizedException: Incorrect username or password.'],
    [undefined, 'NotAuthorizedException: Incorrect username or password.'],
  ] as const)(
    'minds the case of a user name where the pool does (CaseSensitive: %s)',
    async (CaseSensitive, outcome) => {
      const pool = CaseSensitive === undefined ? {} : { UsernameConfiguration: { CaseSensitive } };
      const where = await place({ PreventUserExistenceErrors: 'ENABLED' }, pool);
      expect(await refusal(signIn(where))).toBe('it was accepted');
      expect(await refusal(signIn(where, as('ALICE')))).toBe(outcome);
      expect(await refusal(signIn(where, as('malice')))).toMatch(/^NotAuthorizedException/);
    },
  );

  it('gives tokens with the scope for oneself and nothing else, and no at_hash', async () => {
    const where = await place();
    const { AuthenticationResult, ChallengeName, ChallengeParameters } = await signIn(where);
    expect([ChallengeName, ChallengeParameters]).toEqual([undefined, {}]);
    const { AccessToken = '', IdToken = '', ...others } = AuthenticationResult ?? {};
    expect(others).toEqual({
      ExpiresIn: 3600,
      TokenType: 'Bearer',
      RefreshToken: expect.stringMatching(/^eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNB/),
    });
    const { issuer } = api.pools.pool(where.UserPoolId);
    const { claims: access } = await verifiedJwt(AccessToken, issuer);
    expect(access).toMatchObject({
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      client_id: where.ClientId,
      username: 'alice',
    });
    expect(access).not.toHaveProperty('aud');
    const { claims: id } = await verifiedJwt(IdToken, issuer);
    expect(id).toMatchObject({
      token_use: 'id',
      aud: where.ClientId,
      'cognito:username': 'alice',
      email: 'alice@example.com',
      email_verified: true,
      origin_jti: access['origin_jti'],
    });
    expect(id).not.toHaveProperty('at_hash');
    expect(id).not.toHaveProperty('nonce');
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'the wrong password',
      as('alice', 'Wrong-1'),
      'NotAuthorizedException: Incorrect username or password.',
    ],
    ['an unknown user', as('nobody'), 'UserNotFoundException: User does not exist.'],
    [
      'no user',
      { PASSWORD: Password },
      'InvalidParameterException: Missing required parameter USERNAME',
    ],
    [
      'no password',
      { USERNAME: 'alice' },
      'InvalidParameterException: Missing required parameter PASSWORD',
    ],
  ])('is refused for %s', async (_, parameters, words) => {
    expect(await refusal(signIn(await place(), parameters))).toBe(words);
  });

  it('does not tell an unknown user from a wrong password where that is prevented', async () => {
    const where = await place({ PreventUserExistenceErrors: 'ENABLED' });
    expect(await refusal(signIn(where, as('nobody')))).toBe(
      'NotAuthorizedException: Incorrect username or password.',
    );
  });

  it('is refused to whoever is disabled, unconfirmed, or came through a provider', async () => {
    const where = await place();
    const { UserPoolId, ClientId } = where;
    await api.sdk.send(new AdminDisableUserCommand({ UserPoolId, Username: 'alice' }));
    expect(await refusal(signIn(where))).toBe('NotAuthorizedException: User is disabled.');
    await api.sdk.send(new SignUpCommand({ ClientId, Username: 'carol', Password }));
    expect(await refusal(signIn(where, as('carol')))).toBe(
      'UserNotConfirmedException: User is not confirmed.',
    );
    const world = await joinPools(api, { site: { GenerateSecret: false, ...flows } });
    await world.signIn();
    const [federated] = world.master.users();
    const call = signIn({ ClientId: world.siteId }, as(federated?.username ?? ''));
    expect(await refusal(call)).toBe('NotAuthorizedException: Incorrect username or password.');
  });

  it('is for clients that have the flow switched on', async () => {
    const where = await place({ ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] });
    expect(await refusal(signIn(where))).toBe(
      'InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client',
    );
    const admin = new AdminInitiateAuthCommand({
      ...where,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: as('alice'),
    });
    expect(await refusal(api.sdk.send(admin))).toBe(
      'InvalidParameterException: Auth flow not enabled for this client',
    );
    const other = await refusal(signIn(where, as('alice'), 'USER_AUTH'));
    expect(other).toBe('InvalidParameterException: USER_AUTH flow not enabled for this client');
  });

  it('is for administrators too, by their own operation', async () => {
    const where = await place();
    const AuthFlow = 'ADMIN_USER_PASSWORD_AUTH';
    const input = { ...where, AuthFlow, AuthParameters: as('alice') } as const;
    const { AuthenticationResult } = await api.sdk.send(new AdminInitiateAuthCommand(input));
    expect(AuthenticationResult?.AccessToken).toBeTruthy();
    expect(await refusal(signIn(where, as('alice'), AuthFlow))).toMatch(/not supported/);
    const asUser = new AdminInitiateAuthCommand({ ...input, AuthFlow: 'USER_PASSWORD_AUTH' });
    expect(await refusal(api.sdk.send(asUser))).toMatch(/not supported/);
  });

  it('needs SECRET_HASH from a client with a secret', async () => {
    const UserPoolId = await makePool(api);
    const client = await makeClient(api, UserPoolId, flows);
    await makeUser(api, UserPoolId, 'alice');
    const { ClientId, ClientSecret = '' } = client;
    const SECRET_HASH = createHmac('sha256', ClientSecret)
      .update(`alice${ClientId}`)
      .digest('base64');
    expect(
      (await signIn(client, { ...as('alice'), SECRET_HASH })).AuthenticationResult,
    ).toBeDefined();
    expect(await refusal(signIn(client))).toBe(
      `NotAuthorizedException: Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    );
    expect(await refusal(signIn(client, { ...as('alice'), SECRET_HASH: 'x' }))).toBe(
      `NotAuthorizedException: Unable to verify secret hash for client ${ClientId}`,
    );
    const open = await makeClient(api, UserPoolId, { GenerateSecret: false, ...flows });
    expect(await refusal(signIn(open, { ...as('alice'), SECRET_HASH }))).toContain(
      'is not configured for secret but secret hash was received',
    );
    const srp = await signInWithSrp(api.sdk, {
      poolId: UserPoolId,
      clientId: ClientId,
      username: 'alice',
      password: Password,
      secretHash: SECRET_HASH,
    });
    expect(srp.AuthenticationResult).toBeDefined();
  });
});

describe('a temporary password', () => {
  const temporary = 'Temporary-Bob-1';
  const chosen = 'Chosen-By-Bob-2';

  async function challenged(
    pool: Parameters<typeof makePool>[1] = {},
    attributes: Record<string, string> = {},
  ): Promise<Place & Pick<InitiateAuthCommandOutput, 'Session' | 'ChallengeParameters'>> {
    const where = await place({}, pool);
    await api.sdk.send(
      new AdminCreateUserCommand({
        UserPoolId: where.UserPoolId,
        Username: 'bob',
        TemporaryPassword: temporary,
        UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
      }),
    );
    const { ChallengeName, ...challenge } = await signIn(where, as('bob', temporary));
    expect(ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    return { ...where, ...challenge };
  }

  const respond = async (
    { ClientId, Session }: { ClientId: string; Session?: string | undefined },
    responses: Record<string, string> = {},
  ): Promise<AuthenticationResultType | undefined> => {
    const { AuthenticationResult } = await api.sdk.send(
      new RespondToAuthChallengeCommand({
        ClientId,
        Session,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ChallengeResponses: { USERNAME: 'bob', NEW_PASSWORD: chosen, ...responses },
      }),
    );
    return AuthenticationResult;
  };

  it('asks for a new one, which then counts; the session works once', async () => {
    const challenge = await challenged({}, { name: 'Bob' });
    expect(challenge.ChallengeParameters).toEqual({
      USER_ID_FOR_SRP: 'bob',
      requiredAttributes: '[]',
      userAttributes: JSON.stringify({ name: 'Bob' }),
    });
    expect(await refusal(respond(challenge, { NEW_PASSWORD: 'short' }))).toMatch(
      /^InvalidPasswordException: /,
    );
    expect((await respond(challenge, { 'userAttributes.locale': 'en' }))?.IdToken).toBeTruthy();
    expect(await refusal(respond(challenge))).toBe(
      'NotAuthorizedException: Invalid session for the user.',
    );
    const { AuthenticationResult } = await signIn(challenge, as('bob', chosen));
    expect(unverifiedJwt(AuthenticationResult?.IdToken ?? '').claims['locale']).toBe('en');
    expect(await refusal(signIn(challenge, as('bob', temporary)))).toMatch(/Incorrect username/);
  });

  it('may come from an administrator', async () => {
    const { UserPoolId, ClientId, Session } = await challenged();
    const { AuthenticationResult } = await api.sdk.send(
      new AdminRespondToAuthChallengeCommand({
        UserPoolId,
        ClientId,
        Session,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        ChallengeResponses: { USERNAME: 'bob', NEW_PASSWORD: chosen },
      }),
    );
    expect(AuthenticationResult?.AccessToken).toBeTruthy();
  });

  it('has three minutes unless the client gives more, and is nobody else’s', async () => {
    const challenge = await challenged();
    const foreign = { ...challenge, Session: 'x'.repeat(30) };
    expect(await refusal(respond(foreign))).toContain('Invalid session for the user.');
    expect(await refusal(respond(challenge, { USERNAME: 'alice' }))).toContain('Invalid session');
    const other = await makeClient(api, challenge.UserPoolId, { GenerateSecret: false });
    expect(await refusal(respond({ ...challenge, ClientId: other.ClientId }))).toContain('Invalid');
    api.pools.clock.advance('181s');
    expect(await refusal(respond(challenge))).toBe(
      'NotAuthorizedException: Invalid session for the user, session is expired.',
    );
  });

  it('is the time to give what the pool requires and is missing', async () => {
    const Schema = [{ Name: 'email', Required: true, AttributeDataType: 'String' as const }];
    const challenge = await challenged({ Schema }, { email: 'bob@example.com' });
    expect(challenge.ChallengeParameters?.['requiredAttributes']).toBe('[]');
    expect(await refusal(respond(challenge, { 'userAttributes.email': '' }))).toContain(
      'Invalid attributes given, email is missing',
    );
    expect(await refusal(respond(challenge, { 'userAttributes.shoes': '42' }))).toContain(
      'does not exist in the schema',
    );
  });

  it('works with SRP as well', async () => {
    const { UserPoolId, ClientId } = await challenged();
    const answer = await signInWithSrp(api.sdk, {
      poolId: UserPoolId,
      clientId: ClientId,
      username: 'bob',
      password: temporary,
    });
    expect(answer.ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    expect((await respond({ ClientId, Session: answer.Session }))?.AccessToken).toBeTruthy();
  });
});

describe('a sign-in that never sends the password (SRP)', () => {
  const credentials = ({ UserPoolId, ClientId }: Place) => ({
    poolId: UserPoolId,
    clientId: ClientId,
    username: 'alice',
    password: Password,
  });

  it('gives the same tokens, also under an alias', async () => {
    const where = await place({}, { AliasAttributes: ['email'] });
    for (const username of ['alice', 'alice@example.com']) {
      const answer = await signInWithSrp(api.sdk, { ...credentials(where), username });
      const { claims } = unverifiedJwt(answer.AuthenticationResult?.AccessToken ?? '');
      expect(claims).toMatchObject({ username: 'alice', scope: 'aws.cognito.signin.user.admin' });
    }
  });

  it.each<[string, Partial<Parameters<typeof signInWithSrp>[1]>]>([
    ['the wrong password', { password: 'Wrong-Horse-1' }],
    ['nobody, who looks like somebody till then', { username: 'nobody' }],
    ['another time than was signed', { tamper: (r) => ({ ...r, TIMESTAMP: 'Mon Jan 1' }) }],
    ['a signature of nothing', { tamper: (r) => ({ ...r, PASSWORD_CLAIM_SIGNATURE: '' }) }],
    ['no signature', { tamper: ({ PASSWORD_CLAIM_SIGNATURE: _signature, ...r }) => r }],
    ['no time', { tamper: ({ TIMESTAMP: _time, ...r }) => r }],
  ])('is refused for %s', async (_, change) => {
    const where = await place({ PreventUserExistenceErrors: 'ENABLED' });
    const call = signInWithSrp(api.sdk, { ...credentials(where), ...change });
    expect(await refusal(call)).toBe('NotAuthorizedException: Incorrect username or password.');
  });

  it('is refused for a proof that was used before', async () => {
    const where = await place();
    let sent: Record<string, string> = {};
    const tamper = (responses: Record<string, string>): Record<string, string> =>
      (sent = responses);
    await signInWithSrp(api.sdk, { ...credentials(where), tamper });
    const again = new RespondToAuthChallengeCommand({
      ClientId: where.ClientId,
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeResponses: sent,
    });
    expect(await refusal(api.sdk.send(again))).toMatch(/^NotAuthorizedException: /);
  });

  it('is refused for an A that needs no password', async () => {
    const where = await place();
    for (const SRP_A of ['0', 'not hexadecimal', '']) {
      const call = signIn(where, { USERNAME: 'alice', SRP_A }, 'USER_SRP_AUTH');
      expect(await refusal(call)).toMatch(/^InvalidParameterException: /);
    }
  });

  it('gives somebody who is not there the same salt each time', async () => {
    const where = await place({ PreventUserExistenceErrors: 'ENABLED' });
    const salts = [];
    for (let n = 0; n < 2; n += 1) {
      const parameters = { USERNAME: 'nobody', SRP_A: 'abc' };
      const { ChallengeParameters } = await signIn(where, parameters, 'USER_SRP_AUTH');
      salts.push(ChallengeParameters?.['SALT']);
    }
    expect(salts[0]).toBe(salts[1]);
    expect(salts[0]).toMatch(/^[\da-f]{32,34}$/);
  });

  it('works with passwords that came from a dump', async () => {
    const where = await place();
    await using again = await startPools({ seed: api.pools.dump(), keys: 'fixed' });
    const answer = await signInWithSrp(sdkFor(again), credentials(where));
    expect(answer.AuthenticationResult).toBeDefined();
  });
});
