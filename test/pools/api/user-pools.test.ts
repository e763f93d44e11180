import {
  AddCustomAttributesCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  DeleteUserPoolDomainCommand,
  CreateUserPoolDomainCommand,
  DescribeUserPoolCommand,
  GetUserPoolMfaConfigCommand,
  ListTagsForResourceCommand,
  ListUserPoolsCommand,
  SetUserPoolMfaConfigCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateUserPoolCommand,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from 'vitest';
import { makePool, refusal, useApi } from './api.js';

const api = useApi();

async function describePool(UserPoolId: string): Promise<UserPoolType> {
  const { UserPool } = await api.sdk.send(new DescribeUserPoolCommand({ UserPoolId }));
  return UserPool ?? {};
}

describe('a user pool', () => {
  it("shows AWS's defaults, and no block that nobody set", async () => {
    const created = await api.sdk.send(new CreateUserPoolCommand({ PoolName: 'plain' }));
    const { SchemaAttributes, ...pool } = await describePool(created.UserPool?.Id ?? '');
    expect(pool).toEqual({
      Id: created.UserPool?.Id,
      Name: 'plain',
      Arn: `arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${created.UserPool?.Id}`,
      CreationDate: expect.any(Date),
      LastModifiedDate: expect.any(Date),
      Policies: {
        PasswordPolicy: {
          MinimumLength: 8,
          RequireUppercase: true,
          RequireLowercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          TemporaryPasswordValidityDays: 7,
        },
        SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] },
      },
      DeletionProtection: 'INACTIVE',
      LambdaConfig: {},
      VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
      MfaConfiguration: 'OFF',
      EstimatedNumberOfUsers: 0,
      EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
      UserPoolTags: {},
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false, UnusedAccountValidityDays: 7 },
      UserPoolTier: 'ESSENTIALS',
    });
    expect(SchemaAttributes).toHaveLength(21);
    expect(SchemaAttributes).toContainEqual({
      Name: 'sub',
      AttributeDataType: 'String',
      DeveloperOnlyAttribute: false,
      Mutable: false,
      Required: true,
      StringAttributeConstraints: { MinLength: '1', MaxLength: '2048' },
    });
  });

  it('keeps what it is told: schema, policy, tags, configuration', async () => {
    const UserPoolId = await makePool(api, {
      Policies: { PasswordPolicy: { MinimumLength: 12, RequireNumbers: true } },
      Schema: [
        { Name: 'email', Required: true, Mutable: false, AttributeDataType: 'String' },
        { Name: 'level', AttributeDataType: 'Number', Mutable: true },
      ],
      UserPoolTags: { stage: 'test' },
      UsernameConfiguration: { CaseSensitive: false },
      LambdaConfig: { PreSignUp: 'arn:aws:lambda:eu-west-1:000000000000:function:f' },
    });
    const pool = await describePool(UserPoolId);
    expect(pool.Policies?.PasswordPolicy).toEqual({
      MinimumLength: 12,
      RequireUppercase: false,
      RequireLowercase: false,
      RequireNumbers: true,
      RequireSymbols: false,
      TemporaryPasswordValidityDays: 7,
    });
    const attribute = (name: string) => pool.SchemaAttributes?.find(({ Name }) => Name === name);
    expect(attribute('email')).toMatchObject({ Required: true, Mutable: false });
    expect(attribute('custom:level')).toEqual({
      Name: 'custom:level',
      AttributeDataType: 'Number',
      DeveloperOnlyAttribute: false,
      Mutable: true,
      Required: false,
      NumberAttributeConstraints: {},
    });
    expect(pool.UsernameConfiguration).toEqual({ CaseSensitive: false });
    expect(pool.LambdaConfig?.PreSignUp).toContain('function:f');
  });

  it('goes back to the defaults where an update leaves something out, except for what cannot change', async () => {
    const UserPoolId = await makePool(api, {
      DeletionProtection: 'ACTIVE',
      AutoVerifiedAttributes: ['email'],
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      UserPoolTags: { stage: 'test' },
      Schema: [
        { Name: 'email', Required: true, Mutable: false, AttributeDataType: 'String' },
        { Name: 'level', AttributeDataType: 'Number', Mutable: true },
      ],
    });
    const before = await describePool(UserPoolId);
    const update = new UpdateUserPoolCommand({ UserPoolId, PoolName: 'renamed' });
    expect(await api.sdk.send(update)).toMatchObject({ $metadata: { httpStatusCode: 200 } });
    const pool = await describePool(UserPoolId);
    expect(pool).toMatchObject({
      Name: 'renamed',
      DeletionProtection: 'INACTIVE',
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      UserPoolTags: { stage: 'test' },
      SchemaAttributes: before.SchemaAttributes,
    });
    expect(pool.AutoVerifiedAttributes).toBeUndefined();
  });

  it.each<[string, Parameters<typeof makePool>[1], string]>([
    [
      'both kinds of aliases',
      { AliasAttributes: ['email'], UsernameAttributes: ['email'] },
      'Only one of the aliasAttributes or usernameAttributes',
    ],
    [
      'a required custom attribute',
      { Schema: [{ Name: 'level', AttributeDataType: 'String', Required: true }] },
      'Required custom attributes are not supported',
    ],
    ['a short password policy', { Policies: { PasswordPolicy: { MinimumLength: 5 } } }, '>= 6'],
  ])('is not made with %s', async (_, settings, words) => {
    const text = await refusal(makePool(api, settings));
    expect(text).toMatch(/^InvalidParameterException: /);
    expect(text.replace('greater than or equal to', '>=')).toContain(words);
  });

  it('is listed in the order of creation', async () => {
    const ids = [await makePool(api), await makePool(api)];
    const { UserPools = [] } = await api.sdk.send(new ListUserPoolsCommand({ MaxResults: 60 }));
    expect(UserPools.map(({ Id }) => Id)).toEqual(ids);
    expect(UserPools[0]).toMatchObject({ LambdaConfig: {}, CreationDate: expect.any(Date) });
  });

  it('is not deleted while it is protected or has a domain', async () => {
    const UserPoolId = await makePool(api, { DeletionProtection: 'ACTIVE' });
    const remove = async (): Promise<string> =>
      refusal(api.sdk.send(new DeleteUserPoolCommand({ UserPoolId })));
    expect(await remove()).toContain('deletion protection is activated');
    await api.sdk.send(new UpdateUserPoolCommand({ UserPoolId, DeletionProtection: 'INACTIVE' }));
    await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain: 'in-the-way' }));
    expect(await remove()).toContain('has a domain configured that should be deleted first');
    await api.sdk.send(new DeleteUserPoolDomainCommand({ UserPoolId, Domain: 'in-the-way' }));
    expect(await remove()).toBe('it was accepted');
    expect(await remove()).toMatch(/^ResourceNotFoundException: /);
  });

  it('gets custom attributes later, once each', async () => {
    const UserPoolId = await makePool(api);
    const add = new AddCustomAttributesCommand({
      UserPoolId,
      CustomAttributes: [{ Name: 'team', AttributeDataType: 'String' }],
    });
    await api.sdk.send(add);
    const { SchemaAttributes } = await describePool(UserPoolId);
    expect(SchemaAttributes?.at(-1)).toMatchObject({ Name: 'custom:team', Mutable: true });
    expect(await refusal(api.sdk.send(add))).toContain('Existing attribute already has name');
  });

  it.each([
    [{ Name: 'team', AttributeDataType: 'String', Required: true }, 'Required custom attributes'],
    [{ Name: 'a'.repeat(21), AttributeDataType: 'String' }, 'Invalid name of a custom attribute'],
    [{ Name: 'a:b', AttributeDataType: 'String' }, 'Invalid name of a custom attribute'],
    [{ Name: 'team' }, 'The data type of the custom attribute team is missing'],
  ] as const)('gets no custom attribute that no pool can have: %j', async (attribute, words) => {
    const UserPoolId = await makePool(api);
    const CustomAttributes = [attribute];
    const add = new AddCustomAttributesCommand({ UserPoolId, CustomAttributes });
    expect(await refusal(api.sdk.send(add))).toContain(words);
    const create = new CreateUserPoolCommand({ PoolName: 'one', Schema: CustomAttributes });
    expect(await refusal(api.sdk.send(create))).toContain(words);
  });

  it('describes each attribute with its type', async () => {
    const { SchemaAttributes = [] } = await describePool(await makePool(api));
    const types = new Map(SchemaAttributes.map((each) => [each.Name, each.AttributeDataType]));
    expect([types.get('name'), types.get('email_verified'), types.get('updated_at')]).toEqual([
      'String',
      'Boolean',
      'Number',
    ]);
    expect([...types.values()]).not.toContain(undefined);
  });

  it('has tags, under its ARN', async () => {
    const ResourceArn = (await describePool(await makePool(api))).Arn;
    await api.sdk.send(new TagResourceCommand({ ResourceArn, Tags: { a: '1', b: '2' } }));
    await api.sdk.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    const { Tags } = await api.sdk.send(new ListTagsForResourceCommand({ ResourceArn }));
    expect(Tags).toEqual({ b: '2' });
    const elsewhere = new ListTagsForResourceCommand({ ResourceArn: `${ResourceArn}x` });
    expect(await refusal(api.sdk.send(elsewhere))).toMatch(/^ResourceNotFoundException: /);
  });

  it('keeps its MFA configuration', async () => {
    const UserPoolId = await makePool(api);
    const read = async (): Promise<object> => {
      const { $metadata: _, ...config } = await api.sdk.send(
        new GetUserPoolMfaConfigCommand({ UserPoolId }),
      );
      return config;
    };
    expect(await read()).toEqual({ MfaConfiguration: 'OFF' });
    const without = new SetUserPoolMfaConfigCommand({ UserPoolId, MfaConfiguration: 'ON' });
    expect(await refusal(api.sdk.send(without))).toContain('Invalid MFA configuration');
    const everything = {
      SmsMfaConfiguration: { SmsAuthenticationMessage: 'Your code is {####}' },
      SoftwareTokenMfaConfiguration: { Enabled: true },
      EmailMfaConfiguration: { Message: 'Your code is {####}', Subject: 'Code' },
      WebAuthnConfiguration: { RelyingPartyId: 'example.com', UserVerification: 'required' },
    } as const;
    const factors = Object.keys(everything) as (keyof typeof everything)[];
    for (const kept of [...factors.map((name) => ({ [name]: everything[name] })), everything]) {
      const isFactor = Object.keys(kept).join() !== 'WebAuthnConfiguration';
      const wanted = { MfaConfiguration: isFactor ? 'OPTIONAL' : 'OFF', ...kept } as const;
      await api.sdk.send(new SetUserPoolMfaConfigCommand({ UserPoolId, ...wanted }));
      expect(await read()).toEqual(wanted);
      expect((await describePool(UserPoolId)).MfaConfiguration).toBe(wanted.MfaConfiguration);
    }
  });
});
