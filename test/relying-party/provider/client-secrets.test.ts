import {
  AddUserPoolClientSecretCommand,
  DeleteUserPoolClientSecretCommand,
  ListUserPoolClientSecretsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sdkFor } from '../../pools/api/api.js';
import { signIn } from '../../../src/testing/index.js';
import { startHost } from '../../support/host.js';
import { alice, startWorld, type World } from '../../support/world.js';

const NEW = 'n'.repeat(51);
const UNKNOWN = 'u'.repeat(51);

describe('a site whose client secret is in a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lifeguard-client-secret-')), 'secret');
  const write = (...secrets: string[]): void => writeFileSync(file, `${secrets.join('\n')}\n`);
  let world: World;
  let old: string;

  beforeEach(async () => {
    world = await startWorld({
      environment: (pools) => {
        old = pools.pool('oidc-pool-1').client('site').secret!;
        write(old);
        return {
          CLIENT_SECRET: '',
          CLIENT_SECRET_FILE: file,
          SESSION_IDLE_SECONDS: '28800',
        };
      },
    });
  });
  afterEach(async () => {
    // Whatever happens, none of them is in a log.
    const log = world.app.log.join('\n');
    await world.stop();
    for (const secret of [old, NEW, UNKNOWN]) expect(log).not.toContain(secret);
  });

  const where = () => ({
    UserPoolId: world.master.id,
    ClientId: world.master.client('site').id,
  });

  async function addAtThePool(): Promise<void> {
    await sdkFor(world.pools).send(
      new AddUserPoolClientSecretCommand({ ...where(), ClientSecret: NEW }),
    );
  }

  async function deleteFirstAtThePool(): Promise<void> {
    const sdk = sdkFor(world.pools);
    const { ClientSecrets = [] } = await sdk.send(new ListUserPoolClientSecretsCommand(where()));
    const { ClientSecretId } = ClientSecrets[0]!;
    await sdk.send(new DeleteUserPoolClientSecretCommand({ ...where(), ClientSecretId }));
  }

  /** How many requests the pool had at an endpoint since the last time this was asked. */
  const seen = new Map<string, number>();
  beforeEach(() => seen.clear());
  function asked(path = '/oauth2/token'): number {
    const all = world.pools.requests('oidc-pool-1', path).length;
    const before = seen.get(path) ?? 0;
    seen.set(path, all);
    return all - before;
  }

  async function signsIn(): Promise<void> {
    const page = await world.signIn(world.browser());
    expect(page.url).toBe(`${world.app.url}/profile`);
  }

  const events = (name: string): Record<string, unknown>[] =>
    world.app.log
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => event === name);

  it('signs people in through every order in which file and pool can change', async () => {
    await signsIn();
    expect(asked()).toBe(1);

    // The file is ahead: the newest is not known at the pool yet.
    write(NEW, old);
    await fetch(`${world.app.url}/readyz`);
    await signsIn();
    expect(asked()).toBe(2);
    await signsIn();
    expect(asked()).toBe(1);

    // It is now, and tried again after a while.
    await addAtThePool();
    world.pools.clock.advance('61s');
    await deleteFirstAtThePool();
    await signsIn();
    expect(asked()).toBe(1);
    write(NEW);
    await fetch(`${world.app.url}/readyz`);
    await signsIn();
    expect(asked()).toBe(1);
  });

  it('signs people in when the pool has changed and the file after it, looked at by nobody', async () => {
    await signsIn();
    asked();
    await addAtThePool();
    write(NEW);
    await deleteFirstAtThePool();
    await signsIn();
    expect(asked()).toBe(2);
    await signsIn();
    expect(asked()).toBe(1);
  });

  it('revokes and refreshes with the other one too', async () => {
    const [first, second] = [world.browser(), world.browser()];
    const page = await world.signIn(first);
    await world.signIn(second);
    await addAtThePool();
    await deleteFirstAtThePool();
    write(NEW);
    await first.click(page, 'Sign out');
    expect(asked('/oauth2/revoke')).toBe(2);
    expect(events('logout.revocation_failed')).toEqual([]);

    write(UNKNOWN, NEW);
    world.pools.clock.advance('65m');
    await fetch(`${world.app.url}/readyz`);
    asked();
    const profile = await second.get(`${world.app.url}/profile`);
    expect(profile.url).toBe(`${world.app.url}/profile`);
    await expect.poll(() => events('session.refreshed').length).toBe(1);
    expect(asked()).toBe(2);
  });

  it('asks no second time when it is not the secret that is refused', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    write(NEW, old);
    await addAtThePool();
    await fetch(`${world.app.url}/readyz`);
    const { username } = world.master.users()[0]!;
    world.master.globalSignOut(username);
    world.pools.clock.advance('65m');
    asked();
    await browser.get(`${world.app.url}/api/me`);
    expect(asked()).toBe(1);
    expect(events('session.refresh_failed')[0]?.['detail']).toContain('invalid_grant');
  });

  it('asks twice at most, and tells what the pool says', async () => {
    write(UNKNOWN, NEW);
    await fetch(`${world.app.url}/readyz`);
    asked();
    const page = await world.signIn(world.browser());
    expect(page.status).toBe(502);
    expect(asked()).toBe(2);
    expect(events('login.failed')[0]?.['code']).toBe('code_exchange_failed');
    expect(events('login.failed')[0]?.['detail']).toContain('invalid_client');
  });

  it('asks once where there is no other', async () => {
    write(UNKNOWN);
    await fetch(`${world.app.url}/readyz`);
    asked();
    await world.signIn(world.browser());
    expect(asked()).toBe(1);
  });

  it('goes on with what it knows while the file cannot be used, and says so once', async () => {
    for (const text of ['', 'none', 'a b c', undefined]) {
      if (text === undefined) rmSync(file);
      else writeFileSync(file, text);
      await fetch(`${world.app.url}/readyz`);
    }
    await signsIn();
    expect(events('client_secret.unreadable')).toHaveLength(1);
    write(old);
    await fetch(`${world.app.url}/readyz`);
    rmSync(file);
    await fetch(`${world.app.url}/readyz`);
    expect(events('client_secret.unreadable')).toHaveLength(2);
    expect(events('client_secret.changed')).toEqual([]);
  });

  it('says when it uses another one, and why', async () => {
    write(NEW, old);
    await fetch(`${world.app.url}/readyz`);
    await signsIn();
    const told = events('client_secret.changed').map(({ reason, count }) => [reason, count]);
    expect(told).toEqual([
      ['read_again', 2],
      ['refused', 2],
    ]);
  });
});

it('takes either of two secrets of the environment, which is not read again', async () => {
  const world = await startWorld({
    environment: (pools) => ({
      CLIENT_SECRET: `${UNKNOWN} ${pools.pool('oidc-pool-1').client('site').secret}`,
    }),
  });
  const page = await world.signIn(world.browser());
  expect(page.url).toBe(`${world.app.url}/profile`);
  expect(world.pools.requests('oidc-pool-1', '/oauth2/token')).toHaveLength(2);
  await world.stop();
});

it('waits for a host that asks a secret manager', async () => {
  let secret = '';
  const host = await startHost((app, { routes }) => app.use(routes), {
    options: {
      clientSecret: UNKNOWN,
      readClientSecret: async () => {
        await setImmediate();
        return [secret];
      },
    },
  });
  secret = host.pools.pool('oidc-pool-1').client('site').secret!;
  const { username, temporaryPassword, password } = alice;
  const visitor = await signIn(`${host.url}/login`, {
    username,
    password: temporaryPassword,
    newPassword: password,
  });
  expect(visitor.callbackUrl).toBeDefined();
  expect(visitor.headers['cookie']).toContain('lifeguard=');
  await host.stop();
});
