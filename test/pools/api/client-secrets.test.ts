import {
  AddUserPoolClientSecretCommand,
  CreateUserPoolDomainCommand,
  DeleteUserPoolClientSecretCommand,
  DescribeUserPoolClientCommand,
  GetTokensFromRefreshTokenCommand,
  InitiateAuthCommand,
  ListUserPoolClientSecretsCommand,
  RevokeTokenCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createHmac } from 'node:crypto';
import { readFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startPools } from '../../../src/pools/index.js';
import { basic, postForm, type Answer } from '../token-endpoint.js';
import { makeClient, makePool, makeUser, Password, refusal, sdkFor, useApi } from './api.js';

const api = useApi();
const OWN = 'a_secret_of_my_own_0123456789+';

interface Place {
  readonly UserPoolId: string;
  readonly ClientId: string;
}
type Sdk = ReturnType<typeof sdkFor>;

async function place(
  settings: Parameters<typeof makeClient>[2] = {},
): Promise<Place & { readonly first: string }> {
  const UserPoolId = await makePool(api);
  const { ClientId, ClientSecret = '' } = await makeClient(api, UserPoolId, settings);
  return { UserPoolId, ClientId, first: ClientSecret };
}

const whereIs = ({ UserPoolId, ClientId }: Place): Place => ({ UserPoolId, ClientId });

async function add(where: Place, ClientSecret?: string, sdk: Sdk = api.sdk) {
  const command = new AddUserPoolClientSecretCommand({ ...whereIs(where), ClientSecret });
  return (await sdk.send(command)).ClientSecretDescriptor ?? {};
}

async function list(where: Place, sdk: Sdk = api.sdk) {
  return (await sdk.send(new ListUserPoolClientSecretsCommand(whereIs(where)))).ClientSecrets ?? [];
}

const remove = async (where: Place, ClientSecretId: string | undefined): Promise<unknown> =>
  api.sdk.send(new DeleteUserPoolClientSecretCommand({ ...whereIs(where), ClientSecretId }));

async function describeSecret(where: Place, sdk: Sdk = api.sdk): Promise<string | undefined> {
  const command = new DescribeUserPoolClientCommand(whereIs(where));
  return (await sdk.send(command)).UserPoolClient?.ClientSecret;
}

describe('the secrets of an app client', () => {
  it('are two at most; one made up is told once, one of the caller’s own never', async () => {
    const where = await place();
    const [original] = await list(where);
    expect(await list(where)).toEqual([
      {
        ClientSecretId: expect.stringMatching(new RegExp(`^${where.ClientId}--\\d+$`)),
        ClientSecretCreateDate: expect.any(Date),
      },
    ]);
    const added = await add(where);
    expect(added).toEqual({
      ClientSecretId: expect.stringMatching(new RegExp(`^${where.ClientId}--\\d+$`)),
      ClientSecretValue: expect.stringMatching(/^[a-z0-9]{51}$/),
      ClientSecretCreateDate: expect.any(Date),
    });
    expect(added.ClientSecretId).not.toBe(original?.ClientSecretId);
    const { ClientSecretValue: _value, ...shown } = added;
    expect(await list(where)).toEqual([original, shown]);
    expect(await refusal(add(where))).toMatch(/^LimitExceededException: /);

    await remove(where, original?.ClientSecretId);
    const own = await add(where, OWN);
    expect(own).toEqual({
      ClientSecretId: expect.any(String),
      ClientSecretCreateDate: expect.any(Date),
    });
    expect((await list(where)).map(({ ClientSecretId }) => ClientSecretId)).toEqual([
      added.ClientSecretId,
      own.ClientSecretId,
    ]);
  });

  it('never go to zero, and only those that are there can be deleted', async () => {
    const where = await place();
    const [original] = await list(where);
    expect(await refusal(remove(where, original?.ClientSecretId))).toMatch(
      /^InvalidParameterException: /,
    );
    await add(where);
    expect(await refusal(remove(where, `${where.ClientId}--1`))).toMatch(
      /^ResourceNotFoundException: /,
    );
    await remove(where, original?.ClientSecretId);
    expect(await list(where)).toHaveLength(1);
  });

  it('are not for a public client, and not of any shape', async () => {
    const open = await place({ GenerateSecret: false });
    expect(await list(open)).toEqual([]);
    expect(await refusal(add(open))).toMatch(/^InvalidParameterException: /);
    const where = await place();
    for (const secret of ['s'.repeat(23), 's'.repeat(65), `$${'s'.repeat(30)}`]) {
      expect(await refusal(add(where, secret))).toMatch(
        /^InvalidParameterException: .*(pattern|length)/,
      );
    }
    const nobody = { ...where, ClientId: 'nobody' };
    for (const call of [add(nobody), list(nobody), remove(nobody, 'x')]) {
      expect(await refusal(call)).toMatch(/^ResourceNotFoundException: /);
    }
  });

  it('show at Describe only in the one the client was made with, also after an update', async () => {
    const where = await place();
    const [original] = await list(where);
    await add(where);
    expect(await describeSecret(where)).toBe(where.first);
    await api.sdk.send(new UpdateUserPoolClientCommand(whereIs(where)));
    expect(await describeSecret(where)).toBe(where.first);
    expect(await list(where)).toHaveLength(2);
    await remove(where, original?.ClientSecretId);
    expect(await describeSecret(where)).toBeUndefined();
  });
});

describe('either of two secrets', () => {
  /** A client with rotation done as far as two secrets, and a user. */
  async function twoSecrets(
    settings: Parameters<typeof makeClient>[2] = {},
  ): Promise<Place & { readonly first: string; readonly second: string }> {
    const where = await place(settings);
    await makeUser(api, where.UserPoolId, 'alice');
    const { ClientSecretValue: second = '' } = await add(where);
    return { ...where, second };
  }
  const apiFlows = {
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] as never[],
  };
  const hashOf = ({ ClientId }: Place, secret: string): string =>
    createHmac('sha256', secret).update(`alice${ClientId}`).digest('base64');

  async function signIn(where: Place, secret: string): Promise<string> {
    const AuthParameters = {
      USERNAME: 'alice',
      PASSWORD: Password,
      SECRET_HASH: hashOf(where, secret),
    };
    const { AuthenticationResult } = await api.sdk.send(
      new InitiateAuthCommand({
        ClientId: where.ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters,
      }),
    );
    return AuthenticationResult?.RefreshToken ?? '';
  }

  const endpoint = ({ UserPoolId }: Place, path: string): string =>
    `${api.pools.pool(UserPoolId).domain}/oauth2/${path}`;

  /** What both methods of client authentication come to. */
  async function ask(
    where: Place,
    secret: string,
    path: string,
    form: Record<string, string>,
  ): Promise<Answer[]> {
    const url = endpoint(where, path);
    const { ClientId } = where;
    return [
      await postForm(url, form, basic(ClientId, secret)),
      await postForm(url, { ...form, client_id: ClientId, client_secret: secret }),
    ];
  }

  it('is taken by the token and the revocation endpoint, and no third', async () => {
    const where = await twoSecrets();
    const Domain = where.UserPoolId.toLowerCase().replace('_', '-');
    await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId: where.UserPoolId, Domain }));
    const code = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://localhost' };
    const errorsWith = async (secret: string): Promise<unknown[]> => {
      const answers = [
        ...(await ask(where, secret, 'token', code)),
        ...(await ask(where, secret, 'revoke', { token: 'unknown' })),
      ];
      return answers.map(({ status, json }) => json['error'] ?? status);
    };
    for (const secret of [where.first, where.second]) {
      expect(await errorsWith(secret)).toEqual(['invalid_grant', 'invalid_grant', 200, 200]);
    }
    const refused = Array.from({ length: 4 }, () => 'invalid_client');
    expect(await errorsWith('s'.repeat(51))).toEqual(refused);
    const [original] = await list(where);
    await remove(where, original?.ClientSecretId);
    expect(await errorsWith(where.first)).toEqual(refused);
    expect((await errorsWith(where.second))[0]).toBe('invalid_grant');
  });

  it('proves itself by hash, for a refresh, and for a revocation at the API', async () => {
    const where = await twoSecrets({ ...apiFlows });
    const { ClientId } = where;
    for (const secret of [where.first, where.second]) {
      const Token = await signIn(where, secret);
      const AuthParameters = { REFRESH_TOKEN: Token, SECRET_HASH: hashOf(where, secret) };
      const AuthFlow = 'REFRESH_TOKEN_AUTH';
      await api.sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters }));
      await api.sdk.send(new RevokeTokenCommand({ Token, ClientId, ClientSecret: secret }));
    }
    expect(await refusal(signIn(where, 's'.repeat(51)))).toContain('Unable to verify secret hash');
    const [original] = await list(where);
    await remove(where, original?.ClientSecretId);
    expect(await refusal(signIn(where, where.first))).toContain('Unable to verify secret hash');
    expect(await signIn(where, where.second)).toBeTruthy();
  });

  it('is taken with a refresh token that rotates', async () => {
    const where = await twoSecrets({
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
    });
    const { ClientId } = where;
    let RefreshToken = await signIn(where, where.first);
    for (const ClientSecret of [where.second, where.first]) {
      const { AuthenticationResult } = await api.sdk.send(
        new GetTokensFromRefreshTokenCommand({ RefreshToken, ClientId, ClientSecret }),
      );
      RefreshToken = AuthenticationResult?.RefreshToken ?? '';
    }
    const wrong = { RefreshToken, ClientId, ClientSecret: 's'.repeat(51) };
    expect(await refusal(api.sdk.send(new GetTokensFromRefreshTokenCommand(wrong)))).toContain(
      'Unable to verify secret',
    );
  });
});

describe('two secrets, kept', () => {
  const seed = {
    pools: [
      {
        name: 'members',
        id: 'eu-west-1_Members01',
        clients: [
          { name: 'site', id: 'site', secret: 'f'.repeat(51), addedSecrets: ['g'.repeat(51)] },
          { name: 'rotated', id: 'rotated', secret: null, addedSecrets: ['h'.repeat(51)] },
        ],
      },
    ],
  };
  const whereIsClient = (ClientId: string): Place => ({
    UserPoolId: 'eu-west-1_Members01',
    ClientId,
  });

  it('are there again from the state file and from a dump', async () => {
    const persist = join(mkdtempSync(join(tmpdir(), 'lifeguard-secrets-')), 'state.json');
    const before = await startPools({ seed, keys: 'fixed', persist });
    const sdk = sdkFor(before);
    const site = whereIsClient('site');
    const [listed, dump] = [await list(site, sdk), before.dump()];
    expect(new Set(listed.map(({ ClientSecretId }) => ClientSecretId)).size).toBe(2);
    await before.close();

    await using again = await startPools({ keys: 'fixed', persist });
    expect(await list(site, sdkFor(again))).toEqual(listed);
    expect(again.dump()).toEqual(dump);
    await using seeded = await startPools({ seed: dump, keys: 'fixed' });
    expect(await list(site, sdkFor(seeded))).toHaveLength(2);
    expect(seeded.dump()).toEqual(dump);
    expect(await describeSecret(site, sdkFor(seeded))).toBe('f'.repeat(51));
    expect(await describeSecret(whereIsClient('rotated'), sdkFor(seeded))).toBeUndefined();
    expect(seeded.pool('members').client('rotated').secret).toBe('h'.repeat(51));
  });

  it('are read from a state file of before there could be two', async () => {
    const persist = join(mkdtempSync(join(tmpdir(), 'lifeguard-secrets-')), 'state.json');
    const one = structuredClone(seed);
    one.pools[0]!.clients = [
      { name: 'site', id: 'site', secret: 'f'.repeat(51), addedSecrets: [] },
      { name: 'open', id: 'open', secret: null, addedSecrets: [] },
    ];
    await (await startPools({ seed: one, keys: 'fixed', persist })).close();
    const state = JSON.parse(readFileSync(persist, 'utf8')) as {
      pools: { clients: { identity: Record<string, unknown> }[] }[];
    };
    for (const { identity } of state.pools[0]!.clients) {
      const [secret] = identity['secrets'] as { value: string }[];
      delete identity['secrets'];
      // JSON has no undefined: a public client had no such member.
      if (secret !== undefined) identity['secret'] = secret.value;
    }
    writeFileSync(persist, JSON.stringify(state));
    await using pools = await startPools({ keys: 'fixed', persist });
    expect(pools.pool('members').client('site').secret).toBe('f'.repeat(51));
    expect(pools.pool('members').client('open').secret).toBeUndefined();
    const [secret] = await list(whereIsClient('site'), sdkFor(pools));
    expect(secret?.ClientSecretId).toMatch(/^site--\d+$/);
    expect(await describeSecret(whereIsClient('site'), sdkFor(pools))).toBe('f'.repeat(51));
  });

  it('may not be three in a seed', async () => {
    const three = structuredClone(seed);
    three.pools[0]!.clients[0]!.addedSecrets.push('i'.repeat(51));
    await expect(startPools({ seed: three, keys: 'fixed' })).rejects.toThrow(
      'pools[0].clients[0].addedSecrets',
    );
  });
});
