import {
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminDeleteUserAttributesCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  type AdminGetUserCommandOutput,
  AdminResetUserPasswordCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  CreateUserPoolDomainCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from 'vitest';
import { asksForNewPassword, chooseNewPassword, codeIn, openBrowser, signIn } from '../journeys.js';
import { makeClient, makePool, makeUser, Password, recordOf, refusal, useApi } from './api.js';

const api = useApi();

async function getUser(UserPoolId: string, Username: string): Promise<AdminGetUserCommandOutput> {
  return api.sdk.send(new AdminGetUserCommand({ UserPoolId, Username }));
}

const create = async (
  UserPoolId: string,
  input: Partial<AdminCreateUserCommandInput> = {},
): Promise<unknown> =>
  api.sdk.send(new AdminCreateUserCommand({ UserPoolId, Username: 'alice', ...input }));

/** A pool whose users can sign in with a browser. */
async function poolForBrowsers(settings: Parameters<typeof makePool>[1] = {}): Promise<{
  UserPoolId: string;
  signInAs: (username: string, password: string) => ReturnType<typeof signIn>;
}> {
  const UserPoolId = await makePool(api, settings);
  const Domain = UserPoolId.toLowerCase().replace('_', '-');
  await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain }));
  await makeClient(api, UserPoolId);
  const pool = api.pools.pool(UserPoolId);
  return {
    UserPoolId,
    signInAs: async (username, password) =>
      signIn(openBrowser(), pool, 'site', { username, password }),
  };
}

describe('a user an administrator makes', () => {
  it('has to change the password, and is described flat by AdminGetUser', async () => {
    const UserPoolId = await makePool(api);
    const { User } = await api.sdk.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: 'alice',
        UserAttributes: [{ Name: 'email', Value: 'alice@example.com' }],
      }),
    );
    expect(User).toEqual({
      Username: 'alice',
      Attributes: [
        { Name: 'sub', Value: expect.stringMatching(/^[\da-f-]{36}$/) },
        { Name: 'email', Value: 'alice@example.com' },
      ],
      Enabled: true,
      UserStatus: 'FORCE_CHANGE_PASSWORD',
      UserCreateDate: expect.any(Date),
      UserLastModifiedDate: expect.any(Date),
    });
    const { $metadata: _, ...flat } = await getUser(UserPoolId, 'alice');
    const { Attributes, ...others } = User ?? {};
    expect(flat).toEqual({ ...others, UserAttributes: Attributes });
    expect(await getUser(UserPoolId, recordOf(Attributes)['sub'] ?? '')).toMatchObject(flat);
  });

  it('needs no phone number, whatever the medium (c-l #305), and is sent a password', async () => {
    const { UserPoolId, signInAs } = await poolForBrowsers();
    await create(UserPoolId);
    const [invitation] = api.pools.pool(UserPoolId).sentCodes();
    expect(invitation).toMatchObject({ username: 'alice', purpose: 'invitation' });
    expect(asksForNewPassword(await signInAs('alice', invitation?.code ?? ''))).toBe(true);
  });

  it.each<[string, Partial<AdminCreateUserCommandInput>, string]>([
    ['a name somebody has', { Username: 'taken' }, 'UsernameExistsException: User account already'],
    [
      'a weak password',
      { TemporaryPassword: 'welcome' },
      'InvalidPasswordException: Password did not conform with policy: Password not long enough',
    ],
    [
      'an attribute that is not there',
      { UserAttributes: [{ Name: 'custom:team', Value: 'x' }] },
      'custom:team: Attribute does not exist in the schema.',
    ],
    [
      'an address that is none',
      { UserAttributes: [{ Name: 'email', Value: 'alice' }] },
      'email: Invalid email address format.',
    ],
    [
      'a sub of its own',
      { UserAttributes: [{ Name: 'sub', Value: 'x' }] },
      'non-mutable attribute sub',
    ],
  ])('is refused for %s', async (_, input, words) => {
    const UserPoolId = await makePool(api);
    await create(UserPoolId, { Username: 'taken' });
    expect(await refusal(create(UserPoolId, input))).toContain(words);
  });

  it('is refused without an attribute the pool requires', async () => {
    const Schema = [{ Name: 'email', Required: true, AttributeDataType: 'String' as const }];
    const UserPoolId = await makePool(api, { Schema });
    expect(await refusal(create(UserPoolId))).toContain(
      'Attributes did not conform to the schema: email: The attribute is required',
    );
  });

  it('can be invited again, for as long as the password is temporary', async () => {
    const { UserPoolId, signInAs } = await poolForBrowsers();
    await create(UserPoolId, { TemporaryPassword: 'First-Password-1' });
    await create(UserPoolId, {
      MessageAction: 'RESEND',
      TemporaryPassword: 'Second-Password-2',
    });
    expect((await signInAs('alice', 'First-Password-1')).text()).toContain('Incorrect username');
    expect(asksForNewPassword(await signInAs('alice', 'Second-Password-2'))).toBe(true);
    await makeUser(api, UserPoolId, 'bob');
    const again = create(UserPoolId, { Username: 'bob', MessageAction: 'RESEND' });
    expect(await refusal(again)).toMatch(/^UnsupportedUserStateException: /);
    const nobody = create(UserPoolId, { Username: 'nobody', MessageAction: 'RESEND' });
    expect(await refusal(nobody)).toBe('UserNotFoundException: User does not exist.');
  });

  it('has as many days for the temporary password as the pool gives', async () => {
    const { UserPoolId, signInAs } = await poolForBrowsers({
      Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 2, MinimumLength: 8 } },
    });
    await create(UserPoolId, { TemporaryPassword: Password });
    api.pools.clock.advance('47h');
    expect(asksForNewPassword(await signInAs('alice', Password))).toBe(true);
    api.pools.clock.advance('2h');
    expect((await signInAs('alice', Password)).text()).toContain(
      'Temporary password has expired and must be reset by an administrator.',
    );
  });

  it('is found under an e-mail address where that is the user name, in any case if the pool says so', async () => {
    const { UserPoolId, signInAs } = await poolForBrowsers({
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
    });
    expect(await refusal(create(UserPoolId))).toContain('Username should be an email.');
    await makeUser(api, UserPoolId, 'alice@example.com');
    const user = await getUser(UserPoolId, 'alice@example.com');
    expect(recordOf(user.UserAttributes)).toEqual({
      sub: user.Username,
      email: 'alice@example.com',
    });
    codeIn(await signInAs('Alice@Example.com', Password));
    const twin = create(UserPoolId, { Username: 'ALICE@example.com' });
    expect(await refusal(twin)).toMatch(/^UsernameExistsException: /);
  });

  it('signs in with a verified alias only, and nobody else can take it', async () => {
    const { UserPoolId, signInAs } = await poolForBrowsers({ AliasAttributes: ['email'] });
    await makeUser(api, UserPoolId, 'alice', { email: 'alice@example.com' });
    expect((await signInAs('alice@example.com', Password)).text()).toContain('does not exist');
    const verify = { Name: 'email_verified', Value: 'true' };
    const update = { UserPoolId, Username: 'alice', UserAttributes: [verify] };
    await api.sdk.send(new AdminUpdateUserAttributesCommand(update));
    codeIn(await signInAs('alice@example.com', Password));
    const UserAttributes = [{ Name: 'email', Value: 'alice@example.com' }];
    const bob = create(UserPoolId, { Username: 'bob', UserAttributes });
    expect(await refusal(bob)).toMatch(/^AliasExistsException: /);
  });
});

describe('the password an administrator sets', () => {
  it('is the user’s own when it is permanent, and must be changed when it is not', async () => {
    const { UserPoolId, signInAs } = await poolForBrowsers();
    await create(UserPoolId);
    const set = async (next: string, Permanent?: boolean): Promise<unknown> =>
      api.sdk.send(
        new AdminSetUserPasswordCommand({
          UserPoolId,
          Username: 'alice',
          Password: next,
          ...(Permanent === undefined ? {} : { Permanent }),
        }),
      );
    await set('Permanent-1-Password', true);
    expect((await getUser(UserPoolId, 'alice')).UserStatus).toBe('CONFIRMED');
    codeIn(await signInAs('alice', 'Permanent-1-Password'));
    await set('Temporary-1-Password');
    expect((await getUser(UserPoolId, 'alice')).UserStatus).toBe('FORCE_CHANGE_PASSWORD');
    const browser = openBrowser();
    const page = await signIn(browser, api.pools.pool(UserPoolId), 'site', {
      username: 'alice',
      password: 'Temporary-1-Password',
    });
    codeIn(await chooseNewPassword(browser, page, 'Chosen-By-Alice-3'));
    expect(await refusal(set('short', true))).toMatch(/^InvalidPasswordException: /);
  });

  it('can be taken away again, if the user can be reached', async () => {
    const { UserPoolId, signInAs } = await poolForBrowsers();
    await makeUser(api, UserPoolId, 'alice');
    const reset = new AdminResetUserPasswordCommand({ UserPoolId, Username: 'alice' });
    expect(await refusal(api.sdk.send(reset))).toContain('no registered/verified email');
    await api.sdk.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId,
        Username: 'alice',
        UserAttributes: [
          { Name: 'email', Value: 'alice@example.com' },
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    );
    await api.sdk.send(reset);
    expect((await getUser(UserPoolId, 'alice')).UserStatus).toBe('RESET_REQUIRED');
    expect((await signInAs('alice', Password)).text()).toContain('Password reset required');
    expect(api.pools.pool(UserPoolId).sentCodes()).toMatchObject([
      { purpose: 'invitation' },
      { purpose: 'forgotten password', code: expect.stringMatching(/^\d{6}$/) },
    ]);
  });
});

describe('a user', () => {
  it('has attributes that come, change and go, where the schema lets them', async () => {
    const UserPoolId = await makePool(api, {
      Schema: [{ Name: 'badge', AttributeDataType: 'Number', Mutable: false }],
    });
    await makeUser(api, UserPoolId, 'alice', { 'custom:badge': '7', name: 'Al' });
    const update = async (...UserAttributes: { Name: string; Value: string }[]): Promise<unknown> =>
      api.sdk.send(
        new AdminUpdateUserAttributesCommand({ UserPoolId, Username: 'alice', UserAttributes }),
      );
    await update({ Name: 'name', Value: 'Alice' }, { Name: 'locale', Value: 'en' });
    await api.sdk.send(
      new AdminDeleteUserAttributesCommand({
        UserPoolId,
        Username: 'alice',
        UserAttributeNames: ['locale'],
      }),
    );
    expect(recordOf((await getUser(UserPoolId, 'alice')).UserAttributes)).toEqual({
      sub: expect.any(String),
      'custom:badge': '7',
      name: 'Alice',
    });
    expect(await refusal(update({ Name: 'custom:badge', Value: '8' }))).toContain(
      'user.custom:badge: Attribute cannot be updated.',
    );
    expect(await refusal(update({ Name: 'shoes', Value: '42' }))).toContain('does not exist');
  });

  it('has a new address unverified', async () => {
    const UserPoolId = await makePool(api);
    await makeUser(api, UserPoolId, 'alice', { email: 'a@example.com', email_verified: 'true' });
    await api.sdk.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId,
        Username: 'alice',
        UserAttributes: [{ Name: 'email', Value: 'b@example.com' }],
      }),
    );
    expect(recordOf((await getUser(UserPoolId, 'alice')).UserAttributes)).toMatchObject({
      email: 'b@example.com',
      email_verified: 'false',
    });
  });

  it('is kept out while disabled, and for good when deleted', async () => {
    const { UserPoolId, signInAs } = await poolForBrowsers();
    await makeUser(api, UserPoolId, 'alice');
    const alice = { UserPoolId, Username: 'alice' };
    await api.sdk.send(new AdminDisableUserCommand(alice));
    expect((await getUser(UserPoolId, 'alice')).Enabled).toBe(false);
    expect((await signInAs('alice', Password)).text()).toContain('User is disabled.');
    await api.sdk.send(new AdminEnableUserCommand(alice));
    codeIn(await signInAs('alice', Password));
    await api.sdk.send(new AdminDeleteUserCommand(alice));
    expect(await refusal(getUser(UserPoolId, 'alice'))).toBe(
      'UserNotFoundException: User does not exist.',
    );
  });

  it('is confirmed once, and only after a sign-up', async () => {
    const UserPoolId = await makePool(api);
    await makeUser(api, UserPoolId, 'alice');
    const confirm = new AdminConfirmSignUpCommand({ UserPoolId, Username: 'alice' });
    expect(await refusal(api.sdk.send(confirm))).toBe(
      'NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED',
    );
  });
});
