import {
  CreateManagedLoginBrandingCommand,
  CreateUserPoolDomainCommand,
  DeleteManagedLoginBrandingCommand,
  DeleteUserPoolDomainCommand,
  DescribeManagedLoginBrandingByClientCommand,
  DescribeManagedLoginBrandingCommand,
  DescribeUserPoolCommand,
  DescribeUserPoolDomainCommand,
  UpdateManagedLoginBrandingCommand,
  UpdateUserPoolDomainCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from 'vitest';
import { asksForPassword, authorizeUrl, openBrowser } from '../journeys.js';
import { makeClient, makePool, refusal, useApi } from './api.js';

const api = useApi();

async function discoveryOf(UserPoolId: string): Promise<Record<string, unknown>> {
  const url = `${api.pools.url}/${UserPoolId}/.well-known/openid-configuration`;
  return (await (await fetch(url)).json()) as Record<string, unknown>;
}

const CertificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/1';

describe('a domain', () => {
  it('is active at once, is where the pages are, and is gone when deleted', async () => {
    const UserPoolId = await makePool(api);
    expect(await discoveryOf(UserPoolId)).not.toHaveProperty('authorization_endpoint');
    const created = await api.sdk.send(
      new CreateUserPoolDomainCommand({ UserPoolId, Domain: 'sign-in-here' }),
    );
    expect(created).toMatchObject({ ManagedLoginVersion: 1 });
    expect(created.CloudFrontDomain).toBeUndefined();
    const describeIt = new DescribeUserPoolDomainCommand({ Domain: 'sign-in-here' });
    const { DomainDescription } = await api.sdk.send(describeIt);
    expect(DomainDescription).toMatchObject({
      UserPoolId,
      Domain: 'sign-in-here',
      Status: 'ACTIVE',
      ManagedLoginVersion: 1,
      CustomDomainConfig: {},
    });
    const discovery = await discoveryOf(UserPoolId);
    expect(discovery['authorization_endpoint']).toBe(
      `${api.pools.url}/sign-in-here/oauth2/authorize`,
    );
    expect(discovery).not.toHaveProperty('code_challenge_methods_supported');
    const { UserPool } = await api.sdk.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool?.Domain).toBe('sign-in-here');
    await makeClient(api, UserPoolId);
    const url = authorizeUrl(api.pools.pool(UserPoolId), 'site');
    expect(asksForPassword(await openBrowser().get(url))).toBe(true);

    await api.sdk.send(new DeleteUserPoolDomainCommand({ UserPoolId, Domain: 'sign-in-here' }));
    expect((await api.sdk.send(describeIt)).DomainDescription).toEqual({});
    expect((await fetch(url)).status).toBe(404);
  });

  it('may be a name of one’s own beside the prefix, and pages then use that', async () => {
    const UserPoolId = await makePool(api);
    await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain: 'prefix' }));
    const { CloudFrontDomain } = await api.sdk.send(
      new CreateUserPoolDomainCommand({
        UserPoolId,
        Domain: 'auth.example.com',
        CustomDomainConfig: { CertificateArn },
      }),
    );
    expect(CloudFrontDomain).toMatch(/cloudfront\.net$/);
    const { UserPool } = await api.sdk.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool).toMatchObject({ Domain: 'prefix', CustomDomain: 'auth.example.com' });
    const { token_endpoint: endpoint } = await discoveryOf(UserPoolId);
    expect(endpoint).toBe(`${api.pools.url}/auth.example.com/oauth2/token`);
  });

  it.each([
    ['a reserved word', 'my-cognito', 'reserved word: cognito'],
    ['upper case', 'Mine', 'Invalid domain'],
    ['a path of the server itself', 'assets', 'Invalid domain'],
    ['a dot and no certificate', 'auth.example.com', 'Invalid domain'],
    ['a name somebody has', 'taken', 'Domain already associated with another user pool.'],
  ])('is refused for %s', async (_, Domain, words) => {
    const other = await makePool(api);
    await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId: other, Domain: 'taken' }));
    const UserPoolId = await makePool(api);
    const call = api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain }));
    expect(await refusal(call)).toContain(`InvalidParameterException: `);
    expect(
      await refusal(api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain }))),
    ).toContain(words);
  });

  it('is one per pool, and deleted only with its own pool', async () => {
    const UserPoolId = await makePool(api);
    await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain: 'first' }));
    const second = new CreateUserPoolDomainCommand({ UserPoolId, Domain: 'second' });
    expect(await refusal(api.sdk.send(second))).toContain('already has a domain');
    const foreign = { UserPoolId: await makePool(api), Domain: 'first' };
    expect(await refusal(api.sdk.send(new DeleteUserPoolDomainCommand(foreign)))).toContain(
      'No such domain or user pool exists.',
    );
  });
});

describe('managed login', () => {
  it('shows no page to a client without a branding style, and one with it', async () => {
    const UserPoolId = await makePool(api);
    await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain: 'managed' }));
    const { ClientId } = await makeClient(api, UserPoolId);
    const update = { UserPoolId, Domain: 'managed', ManagedLoginVersion: 2 };
    expect(await api.sdk.send(new UpdateUserPoolDomainCommand(update))).toMatchObject({
      ManagedLoginVersion: 2,
    });
    const url = authorizeUrl(api.pools.pool(UserPoolId), 'site');
    const without = await openBrowser().get(url);
    expect(without.status).toBe(403);
    expect(without.text()).toContain('Login pages unavailable. Please contact an administrator.');
    const byClient = new DescribeManagedLoginBrandingByClientCommand({ UserPoolId, ClientId });
    expect(await refusal(api.sdk.send(byClient))).toMatch(/^ResourceNotFoundException: /);

    const create = new CreateManagedLoginBrandingCommand({
      UserPoolId,
      ClientId,
      UseCognitoProvidedValues: true,
    });
    const { ManagedLoginBranding } = await api.sdk.send(create);
    const ManagedLoginBrandingId = ManagedLoginBranding?.ManagedLoginBrandingId;
    expect(await refusal(api.sdk.send(create))).toMatch(/^ManagedLoginBrandingExistsException: /);
    expect(asksForPassword(await openBrowser().get(url))).toBe(true);
    expect((await api.sdk.send(byClient)).ManagedLoginBranding).toEqual(ManagedLoginBranding);

    const id = { UserPoolId, ManagedLoginBrandingId };
    await api.sdk.send(
      new UpdateManagedLoginBrandingCommand({ ...id, UseCognitoProvidedValues: false }),
    );
    const described = await api.sdk.send(new DescribeManagedLoginBrandingCommand(id));
    expect(described.ManagedLoginBranding?.UseCognitoProvidedValues).toBe(false);
    await api.sdk.send(new DeleteManagedLoginBrandingCommand(id));
    expect((await openBrowser().get(url)).status).toBe(403);
  });
});
