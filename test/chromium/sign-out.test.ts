import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import {
  heading,
  seesPasswordField,
  sessionCookie,
  signIn,
  signOut,
  plantSessionCookie,
} from './support/people.js';
import { useStage, withPasswordChosen } from './support/stage.js';
import { open } from './support/watch.js';

// One thing a sign-out ends per test. Without the second hop of the chain, exactly the two about
// the second pool fail.
describe.skipIf(inject('chromium') === undefined)('after a click on "Sign out" in Chromium', () => {
  const stage = useStage({ seed: withPasswordChosen });

  async function signedOut(): Promise<Page> {
    const page = await stage.visitor();
    await signIn(stage.world, page);
    await signOut(stage.world, page);
    return page;
  }

  it('our session cookie is gone, and a copy of it is worth nothing', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signIn(world, page);
    const cookie = (await sessionCookie(page))!;
    const friend = await stage.visitor();
    await plantSessionCookie(world, friend, cookie);
    expect((await friend.request.get(`${world.app.url}/api/me`)).status()).toBe(200);

    await signOut(world, page);
    expect(await heading(page)).toBe('You are signed out');
    expect(await sessionCookie(page)).toBeUndefined();
    expect((await friend.request.get(`${world.app.url}/api/me`)).status()).toBe(401);
    await plantSessionCookie(world, friend, cookie);
    const [, next] = await open(friend, `${world.app.url}/profile`);
    expect(next).toBe(`${world.app.url}/login?return_to=%2Fprofile`);
  });

  it('the refresh token is revoked at the master pool', async () => {
    const { world } = stage;
    await signedOut();
    const revocations = world.pools.requests('oidc-pool-1', '/oauth2/revoke');
    expect(revocations.map(({ status }) => status)).toEqual([200]);
    expect(world.master.isRefreshTokenActive(revocations[0]!.body['token']!)).toBe(false);
  });

  it('the authorization endpoint of the master pool asks for credentials', async () => {
    const { world } = stage;
    const page = await signedOut();
    const visited = await open(
      page,
      authorizationUrl(world.master.domain, {
        client_id: world.master.client('site').id,
        redirect_uri: `${world.app.url}/callback`,
      }),
    );
    expect(visited).toHaveLength(2);
    expect(visited[1]).toContain(`${world.master.domain}/login?`);
    await page.getByRole('button', { name: 'oidc-pool-2' }).waitFor();
  });

  it('the authorization endpoint of the second pool asks for credentials', async () => {
    const { world } = stage;
    const page = await signedOut();
    const visited = await open(
      page,
      authorizationUrl(world.upstream.domain, {
        client_id: world.upstream.client('master-pool').id,
        redirect_uri: `${world.master.domain}/oauth2/idpresponse`,
      }),
    );
    expect(visited).toHaveLength(2);
    expect(visited[1]).toContain(`${world.upstream.domain}/login?`);
    await page.getByLabel('Password', { exact: true }).waitFor();
  });

  it('a click on "Sign in" ends at the password field of the second pool', async () => {
    const { world } = stage;
    const page = await signedOut();
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await seesPasswordField(world, page);
  });
});

function authorizationUrl(domain: string, client: Record<string, string>): string {
  const query = new URLSearchParams({ response_type: 'code', scope: 'openid', ...client });
  return `${domain}/oauth2/authorize?${query.toString()}`;
}
