import {
  AdminConfirmSignUpCommand,
  AdminGetUserCommand,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  DeleteUserAttributesCommand,
  DeleteUserCommand,
  ForgotPasswordCommand,
  InitiateAuthCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
  type SignUpCommandInput,
  UpdateUserAttributesCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeClient, makePool, makeUser, Password, recordOf, refusal, useApi } from './api.js';

const api = useApi();

interface Place {
  readonly UserPoolId: string;
  readonly ClientId: string;
}

async function place(
  settings: Parameters<typeof makeClient>[2] = {},
  pool: Parameters<typeof makePool>[1] = {},
): Promise<Place> {
  const UserPoolId = await makePool(api, { AutoVerifiedAttributes: ['email'], ...pool });
  const { ClientId } = await makeClient(api, UserPoolId, {
    GenerateSecret: false,
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    ...settings,
  });
  return { UserPoolId, ClientId };
}

const email = { Name: 'email', Value: 'alice@example.com' };

const signUp = async ({ ClientId }: Place, input: Partial<SignUpCommandInput> = {}) =>
  api.sdk.send(
    new SignUpCommand({
      ClientId,
      Username: 'alice',
      Password,
      UserAttributes: [email],
      ...input,
    }),
  );

/** The newest code of a purpose that alice was sent. */
function codeOf({ UserPoolId }: Place, purpose: string): string {
  const sent = api.pools.pool(UserPoolId).sentCodes();
  return sent.find((each) => each.purpose === purpose)?.code ?? '';
}

const confirm = async ({ ClientId }: Place, ConfirmationCode: string, Username = 'alice') =>
  api.sdk.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }));

const userOf = async ({ UserPoolId }: Place, Username = 'alice') =>
  api.sdk.send(new AdminGetUserCommand({ UserPoolId, Username }));

async function signIn({ ClientId }: Place, PASSWORD = Password): Promise<string> {
  const { AuthenticationResult } = await api.sdk.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'alice', PASSWORD },
    }),
  );
  return AuthenticationResult?.AccessToken ?? '';
}

describe('somebody who signs up', () => {
  it('is sent a code, confirms with it, has a verified address, and signs in', async () => {
    const where = await place();
    const answer = await signUp(where);
    expect(answer).toMatchObject({
      UserConfirmed: false,
      UserSub: expect.stringMatching(/^[\da-f-]{36}$/),
      CodeDeliveryDetails: {
        Destination: 'a***@e***',
        DeliveryMedium: 'EMAIL',
        AttributeName: 'email',
      },
    });
    expect(await userOf(where)).toMatchObject({ UserStatus: 'UNCONFIRMED' });
    expect(await refusal(signIn(where))).toMatch(/^UserNotConfirmedException: /);
    await confirm(where, codeOf(where, 'sign-up'));
    const user = await userOf(where);
    expect(user.UserStatus).toBe('CONFIRMED');
    expect(recordOf(user.UserAttributes)).toMatchObject({ email_verified: 'true' });
    expect(await signIn(where)).toBeTruthy();
  });

  it('needs the newest code, in a day', async () => {
    const where = await place();
    await signUp(where);
    const first = codeOf(where, 'sign-up');
    const { ClientId } = where;
    const resend = new ResendConfirmationCodeCommand({ ClientId, Username: 'alice' });
    const { CodeDeliveryDetails } = await api.sdk.send(resend);
    expect(CodeDeliveryDetails?.Destination).toBe('a***@e***');
    expect(await refusal(confirm(where, first === '000000' ? '000001' : '000000'))).toBe(
      'CodeMismatchException: Invalid verification code provided, please try again.',
    );
    api.pools.clock.advance('25h');
    expect(await refusal(confirm(where, codeOf(where, 'sign-up')))).toBe(
      'ExpiredCodeException: Invalid code provided, please request a code again.',
    );
    await api.sdk.send(resend);
    await confirm(where, codeOf(where, 'sign-up'));
    expect(await refusal(confirm(where, '123456'))).toBe(
      'NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED',
    );
    expect(await refusal(api.sdk.send(resend))).toContain('User is already confirmed.');
  });

  it('may be confirmed by an administrator, and with an address for a name', async () => {
    const where = await place({}, { UsernameAttributes: ['email'] });
    await signUp(where, { Username: 'alice@example.com', UserAttributes: [] });
    await api.sdk.send(
      new AdminConfirmSignUpCommand({
        UserPoolId: where.UserPoolId,
        Username: 'alice@example.com',
      }),
    );
    expect((await userOf(where, 'alice@example.com')).UserStatus).toBe('CONFIRMED');
  });

  it.each<[string, Partial<SignUpCommandInput>, string]>([
    ['a name somebody has', { Username: 'taken' }, 'UsernameExistsException: User account already'],
    ['a weak password', { Password: 'password' }, 'InvalidPasswordException: '],
    [
      'an attribute the client may not write',
      { UserAttributes: [{ Name: 'name', Value: 'Alice' }] },
      'NotAuthorizedException: A client attempted to write unauthorized attribute',
    ],
    [
      'an attribute that is not there',
      { UserAttributes: [{ Name: 'custom:x', Value: '1' }] },
      'does not exist in the schema',
    ],
  ])('is refused for %s', async (_, input, words) => {
    const where = await place({ WriteAttributes: ['email'] });
    await makeUser(api, where.UserPoolId, 'taken');
    expect(await refusal(signUp(where, input))).toContain(words);
  });

  it('is refused where only administrators make users', async () => {
    const AdminCreateUserConfig = { AllowAdminCreateUserOnly: true };
    const where = await place({}, { AdminCreateUserConfig });
    expect(await refusal(signUp(where))).toBe(
      'NotAuthorizedException: SignUp is not permitted for this user pool',
    );
  });

  it('needs SecretHash at a client with a secret', async () => {
    const where = await place({ GenerateSecret: true });
    expect(await refusal(signUp(where))).toContain('SECRET_HASH was not received');
    const { secret = '' } = api.pools.pool(where.UserPoolId).client('site');
    const SecretHash = createHmac('sha256', secret)
      .update(`alice${where.ClientId}`)
      .digest('base64');
    expect(await signUp(where, { SecretHash })).toMatchObject({ UserConfirmed: false });
  });
});

describe('somebody who forgot the password', () => {
  const forgot = async ({ ClientId }: Place, Username = 'alice') =>
    api.sdk.send(new ForgotPasswordCommand({ ClientId, Username }));
  const reset = async (
    { ClientId }: Place,
    ConfirmationCode: string,
    chosen = 'Another-Horse-2',
    Username = 'alice',
  ) =>
    api.sdk.send(
      new ConfirmForgotPasswordCommand({
        ClientId,
        Username,
        ConfirmationCode,
        Password: chosen,
      }),
    );

  it('chooses another with the code, once, within an hour', async () => {
    const where = await place();
    await makeUser(api, where.UserPoolId, 'alice', {
      email: email.Value,
      email_verified: 'true',
    });
    const { CodeDeliveryDetails } = await forgot(where);
    expect(CodeDeliveryDetails).toMatchObject({ AttributeName: 'email' });
    const code = codeOf(where, 'forgotten password');
    expect(await refusal(reset(where, code, 'short'))).toMatch(/^InvalidPasswordException: /);
    await reset(where, code);
    expect(await signIn(where, 'Another-Horse-2')).toBeTruthy();
    expect(await refusal(reset(where, code))).toMatch(/^CodeMismatchException: /);
    await forgot(where);
    api.pools.clock.advance('61m');
    expect(await refusal(reset(where, codeOf(where, 'forgotten password')))).toMatch(
      /^ExpiredCodeException: /,
    );
  });

  it('needs a verified address', async () => {
    const where = await place();
    await makeUser(api, where.UserPoolId, 'alice', { email: email.Value });
    expect(await refusal(forgot(where))).toContain('no registered/verified email');
  });

  it('is not told apart from nobody where that is prevented', async () => {
    const open = await place();
    expect(await refusal(forgot(open))).toBe('UserNotFoundException: User does not exist.');
    const careful = await place({ PreventUserExistenceErrors: 'ENABLED' });
    expect((await forgot(careful)).CodeDeliveryDetails?.Destination).toBe('a***@e***');
    expect(await refusal(reset(careful, '123456'))).toMatch(/^CodeMismatchException: /);
  });
});

describe('a user with an access token', () => {
  it('cannot say that an address was verified, although the client may write everything', async () => {
    const where = await place();
    await makeUser(api, where.UserPoolId, 'alice', { email: email.Value });
    const AccessToken = await signIn(where);
    const UserAttributes = [{ Name: 'email_verified', Value: 'true' }];
    const update = new UpdateUserAttributesCommand({ AccessToken, UserAttributes });
    expect(await refusal(api.sdk.send(update))).toBe(
      'NotAuthorizedException: A client attempted to write unauthorized attribute',
    );
    expect(recordOf((await userOf(where)).UserAttributes)['email_verified']).not.toBe('true');
  });

  it('looks after the attributes the client may write', async () => {
    const where = await place({ WriteAttributes: ['email', 'locale'] });
    await makeUser(api, where.UserPoolId, 'alice', { email: email.Value, email_verified: 'true' });
    const AccessToken = await signIn(where);
    const update = async (Name: string, Value: string): Promise<unknown> =>
      api.sdk.send(
        new UpdateUserAttributesCommand({ AccessToken, UserAttributes: [{ Name, Value }] }),
      );
    await update('locale', 'en');
    await update('email', 'new@example.com');
    expect(await refusal(update('name', 'Alice'))).toMatch(/^NotAuthorizedException: /);
    const remove = { AccessToken, UserAttributeNames: ['locale'] };
    await api.sdk.send(new DeleteUserAttributesCommand(remove));
    expect(recordOf((await userOf(where)).UserAttributes)).toEqual({
      sub: expect.any(String),
      email: 'new@example.com',
      email_verified: 'false',
    });
  });

  it('can go for good', async () => {
    const where = await place();
    await makeUser(api, where.UserPoolId, 'alice');
    await api.sdk.send(new DeleteUserCommand({ AccessToken: await signIn(where) }));
    expect(await refusal(userOf(where))).toMatch(/^UserNotFoundException: /);
  });
});
