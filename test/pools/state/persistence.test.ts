import {
  AdminCreateUserCommand,
  CreateGroupCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  paginateListGroups,
} from '@aws-sdk/client-cognito-identity-provider';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import {
  type Pools,
  type PoolsLogEvent,
  type PoolsSeed,
  startPools,
} from '../../../src/pools/index.js';
import { createStateFile } from '../../../src/pools/state/state-file.js';
import { verifiedJwt } from '../../support/jwt.js';
import {
  authorizeUrl,
  chooseNewPassword,
  codeIn,
  openBrowser,
  signIn,
  submitCredentials,
} from '../journeys.js';
import { alice, bob, callback, seed, uma } from '../seed.js';
import { exchangeCode, refresh, tokensIn, userInfo } from '../token-endpoint.js';
import { makeClient, makePool, makeUser, Password, refusal, sdkFor } from '../api/api.js';
import { signInWithSrp } from '../api/srp-client.js';

const folder = mkdtempSync(join(tmpdir(), 'lifeguard-pools-'));
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
const stateFile = (): string => join(folder, `state-${(files += 1)}.json`);

/** Starts from what is on disk this very moment, as after kill -9. */
async function startFromCopyOf(file: string): Promise<Pools> {
  const copy = stateFile();
  copyFileSync(file, copy);
  return startPools({ keys: 'fixed', persist: copy });
}

it('keeps everything that happened in the browser, on another port as well', async () => {
  const persist = stateFile();
  await using pools = await startPools({ seed, keys: 'fixed', persist });
  const members = pools.pool('members');
  const browser = openBrowser();
  const code = codeIn(await signIn(browser, members, 'rotating', alice));
  const tokens = tokensIn(await exchangeCode(members, 'rotating', code));
  const unused = codeIn(await signIn(openBrowser(), members, 'site', alice));
  const revoked = codeIn(await signIn(openBrowser(), members, 'site', alice));
  const dead = tokensIn(await exchangeCode(members, 'site', revoked));
  await exchangeCode(members, 'site', revoked);
  const halfway = openBrowser();
  const newPassword = await signIn(halfway, members, 'site', bob);
  await chooseNewPassword(halfway, newPassword, 'Chosen-By-Bob-2');
  // Away at the provider, and about to come back to other pools.
  const away = openBrowser();
  const chooser = await away.get(authorizeUrl(pools.pool('oidc-pool-1'), 'site'));
  const upstreamLogin = await away.click(chooser, 'oidc-pool-2');

  await using again = await startFromCopyOf(persist);
  expect(again.url).not.toBe(pools.url);
  expect(again.dump()).toEqual(pools.dump());
  const there = again.pool('members');
  expect((await browser.get(authorizeUrl(there, 'rotating'))).url).toMatch(`${callback}?code=`);
  await expect(verifiedJwt(tokens.access_token, there.issuer)).resolves.toBeDefined();
  expect((await userInfo(there, tokens.access_token)).status).toBe(200);
  expect((await userInfo(there, dead.access_token)).status).toBe(401);
  expect((await refresh(there, 'rotating', tokens.refresh_token)).status).toBe(200);
  expect((await refresh(there, 'rotating', tokens.refresh_token)).status).toBe(400);
  expect((await exchangeCode(there, 'site', unused)).status).toBe(200);
  expect((await exchangeCode(there, 'site', revoked)).status).toBe(400);
  codeIn(await signIn(openBrowser(), there, 'site', { ...bob, password: 'Chosen-By-Bob-2' }));
  const [, state] = /[?&]state=([^&]+)/.exec(upstreamLogin.url) ?? [];
  const back = `${again.pool('oidc-pool-1').domain}/oauth2/idpresponse?error=denied&state=${state}`;
  expect((await away.get(back)).query.get('error')).toBe('denied');
});

it('keeps what was set through the API: pools, clients, users, SRP, sessions half done', async () => {
  const persist = stateFile();
  await using pools = await startPools({ seed: { pools: [] }, keys: 'fixed', persist });
  const api = { pools, sdk: sdkFor(pools) };
  const UserPoolId = await makePool(api, {
    Schema: [{ Name: 'team', AttributeDataType: 'String' }],
    UsernameAttributes: ['email'],
  });
  const { ClientId } = await makeClient(api, UserPoolId, {
    GenerateSecret: false,
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH'],
  });
  await makeUser(api, UserPoolId, 'alice@example.com', { 'custom:team': 'red' });
  await api.sdk.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admins', Precedence: 3 }));
  pools.clock.advance('3d');
  for (const [Username, TemporaryPassword] of [
    ['bob@example.com', 'Temporary-Bob-1'],
    ['carol@example.com', 'Temporary-Carol-1'],
  ]) {
    await api.sdk.send(new AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword }));
  }
  const halfDone = await api.sdk.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'carol@example.com', PASSWORD: 'Temporary-Carol-1' },
    }),
  );

  await using again = await startFromCopyOf(persist);
  expect(again.dump()).toEqual(pools.dump());
  expect(again.clock.now() - Date.now()).toBeGreaterThan(2.9 * 86_400_000);
  const asSeed = JSON.parse(JSON.stringify(pools.dump())) as PoolsSeed;
  await using fromSeed = await startPools({ seed: asSeed, keys: 'fixed' });
  expect(JSON.parse(JSON.stringify(fromSeed.dump()))).toEqual(asSeed);

  const sdk = sdkFor(again);
  const credentials = { poolId: UserPoolId, clientId: ClientId, password: Password };
  const answer = await signInWithSrp(sdk, { ...credentials, username: 'alice@example.com' });
  expect(answer.AuthenticationResult).toBeDefined();
  const finished = await sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: halfDone.Session,
      ChallengeResponses: { USERNAME: 'carol@example.com', NEW_PASSWORD: Password },
    }),
  );
  expect(finished.AuthenticationResult).toBeDefined();
  const bobs = { USERNAME: 'bob@example.com', PASSWORD: 'Temporary-Bob-1' };
  const challenge = new InitiateAuthCommand({
    ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: bobs,
  });
  expect((await sdk.send(challenge)).ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
  again.clock.advance('8d');
  expect(await refusal(sdk.send(challenge))).toContain('Temporary password has expired');
});

async function persistingChild(file: string): Promise<{ child: ChildProcess; url: string }> {
  const script = fileURLToPath(new URL('persisting-pools.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
}

it('loses nothing it has acknowledged when it is killed in the middle of the work', async () => {
  const file = stateFile();
  const acknowledged: string[] = [];
  let UserPoolId = '';
  for (const enough of [9, 40]) {
    const { child, url } = await persistingChild(file);
    const sdk = sdkFor({ url }, { maxAttempts: 1 });
    UserPoolId ||= await makePool({ sdk });
    // Eight at once, each with the next as soon as one is acknowledged: some write is always under
    // way.
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let n = 0; ; n += 1) {
        const GroupName = `group-${enough}-${lane}-${n}`;
        await sdk.send(new CreateGroupCommand({ UserPoolId, GroupName }));
        acknowledged.push(GroupName);
        if (acknowledged.length === enough) child.kill('SIGKILL');
      }
    });
    await Promise.allSettled(lanes);
    expect(() => JSON.parse(readFileSync(file, 'utf8')) as unknown).not.toThrow();
    sdk.destroy();
  }

  await using pools = await startPools({ keys: 'fixed', persist: file });
  const names = new Set<string | undefined>();
  const paginator = paginateListGroups({ client: sdkFor(pools), pageSize: 60 }, { UserPoolId });
  for await (const { Groups = [] } of paginator) {
    for (const { GroupName } of Groups) names.add(GroupName);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(40);
  expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
});

it('writes once for many who wait, and not at all when nothing changed', async () => {
  const file = stateFile();
  let version = 0;
  let asked = 0;
  const state = createStateFile(file, () => {
    asked += 1;
    return `version ${version}`;
  });
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      version += 1;
      const own = version;
      await state.save();
      expect(Number(readFileSync(file, 'utf8').slice(8))).toBeGreaterThanOrEqual(own);
    }),
  );
  expect(asked).toBeLessThanOrEqual(3);
  const { mtimeMs, ino } = statSync(file);
  await state.save();
  expect(statSync(file)).toMatchObject({ mtimeMs, ino });
});

it('is for its owner’s eyes, and wins over the seed', async () => {
  const persist = stateFile();
  const first = await startPools({ seed, keys: 'fixed', persist });
  first.pool('members').deleteUser('frank');
  await first.close();
  expect(statSync(persist).mode & 0o777).toBe(0o600);
  expect(readFileSync(persist, 'utf8')).not.toContain(uma.password);
  await using again = await startPools({ seed, keys: 'fixed', persist });
  expect(again.pool('members').users()).not.toContainEqual(
    expect.objectContaining({ username: 'frank' }),
  );
  again.pool('members').deleteUser('alice');
  again.reset();
  expect(again.pool('members').users()).toContainEqual(
    expect.objectContaining({ username: 'alice' }),
  );
});

it('acknowledges nothing it cannot write', async () => {
  const place = mkdtempSync(join(folder, 'gone-'));
  const events: PoolsLogEvent[] = [];
  const pools = await startPools({
    seed: { pools: [] },
    persist: join(place, 'state.json'),
    log: (event) => events.push(event),
  });
  rmSync(place, { recursive: true });
  const sdk = sdkFor(pools, { maxAttempts: 1 });
  expect(await refusal(makePool({ sdk }))).not.toBe('it was accepted');
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'error', message: expect.stringContaining('ENOENT') }),
  );
  await expect(pools.close()).rejects.toThrow('ENOENT');
});

it.each(['{"version":', '{"pools":[]}', ''])(
  'refuses, by name, a file that is: %s',
  async (text) => {
    const persist = stateFile();
    writeFileSync(persist, text);
    await expect(startPools({ persist })).rejects.toThrow(persist);
  },
);

it('goes on with a sign-in page that was open when the pools were killed', async () => {
  const persist = stateFile();
  await using pools = await startPools({ seed, keys: 'fixed', persist });
  const browser = openBrowser();
  await browser.get(authorizeUrl(pools.pool('members'), 'site'));
  await using again = await startFromCopyOf(persist);
  const page = await browser.get(authorizeUrl(again.pool('members'), 'site'));
  codeIn(await submitCredentials(browser, page, alice));
});
