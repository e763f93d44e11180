import {
  CognitoIdentityProviderClient,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startPools, type Pools } from '../../src/pools/index.js';
import { reservePort, startApp, urlOf, type RunningApp } from '../support/app.js';
import { launchChromium, type Chromium } from '../support/chromium.js';
import { makeArticle, newcomer, type Article } from './support/article.js';
import { giveCredentials, heading } from './support/people.js';

describe.skipIf(inject('chromium') === undefined)('the article, from nothing, in Chromium', () => {
  let pools: Pools;
  let sdk: CognitoIdentityProviderClient;
  let article: Article;
  let app: RunningApp;
  let chromium: Chromium;

  beforeAll(async () => {
    const server = await reservePort();
    pools = await startPools({ seed: { pools: [] }, keys: 'fixed' });
    sdk = new CognitoIdentityProviderClient({
      endpoint: pools.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' },
    });
    article = await makeArticle(sdk, pools.url, urlOf(server));
    const signOut = {
      kind: 'cognito',
      domain: `${pools.url}/oidc-pool-2`,
      clientId: article.bridge.id,
    };
    const provider = { name: 'oidc-pool-2', label: 'Corporate ID', emailDomains: [], signOut };
    app = await startApp(
      {
        ISSUER: `${pools.url}/${article.masterId}`,
        CLIENT_ID: article.site.id,
        CLIENT_SECRET: article.site.secret,
        IDENTITY_PROVIDERS: JSON.stringify([provider]),
      },
      { server },
    );
    chromium = await launchChromium(inject('chromium') ?? '');
  });
  afterAll(async () => {
    await chromium.close();
    await app.stop();
    await pools.close();
    sdk.destroy();
  });

  it('ends with a signed-in newcomer, who is listed in the master pool with mapped attributes, and can sign out of all', async () => {
    const page = await chromium.context.newPage();
    await page.goto(`${app.url}/profile`);
    await giveCredentials(page, newcomer.temporaryPassword, newcomer.username);
    await page.getByLabel('New password', { exact: true }).fill(newcomer.password);
    await page.getByLabel('New password again').fill(newcomer.password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.waitForURL(`${app.url}/profile`);
    expect(await heading(page)).toBe('Carol Example');

    const { Users = [] } = await sdk.send(new ListUsersCommand({ UserPoolId: article.masterId }));
    const attributes = Object.fromEntries(
      Users[0]?.Attributes?.map(({ Name, Value }) => [Name, Value]) ?? [],
    );
    expect(Users).toHaveLength(1);
    expect(Users[0]?.UserStatus).toBe('EXTERNAL_PROVIDER');
    expect(Users[0]?.Username).toMatch(/^oidc-pool-2_/);
    expect(attributes).toMatchObject({ email: newcomer.email, name: 'Carol Example' });

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${app.url}/signed-out`);
    expect(await heading(page)).toBe('You are signed out');
    await page.goto(`${app.url}/profile`);
    await page.getByLabel('Password', { exact: true }).waitFor();
    expect(page.url()).toMatch(new RegExp(`^${pools.url}/oidc-pool-2/login`));
  });
});
