import { expect, it } from 'vitest';
import { unverifiedJwt, verifiedJwt } from '../../support/jwt.js';
import { requestTokens } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const ask = async (scope?: string) =>
  requestTokens(world.members, 'machine', { grant_type: 'client_credentials', scope });

const scopesOf = (token: unknown): string[] =>
  String(unverifiedJwt(String(token)).claims['scope'])
    .split(' ')
    .toSorted();

it('answers with an access token alone', async () => {
  const answer = await ask('orders/read');
  expect(answer.status).toBe(200);
  expect(answer.text).toMatch(
    /^\{"access_token":"[\w.-]+","expires_in":3600,"token_type":"Bearer"\}$/,
  );
  expect(scopesOf(answer.json['access_token'])).toEqual(['orders/read']);
});

it('gives every scope of the client when none is asked for', async () => {
  const answer = await ask();
  expect(scopesOf(answer.json['access_token'])).toEqual(['orders/read', 'orders/write']);
});

it.each(['orders/delete', 'openid', 'nonsense', 'orders/read nonsense'])(
  'is invalid_scope for %s',
  async (scope) => {
    const answer = await ask(scope);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_scope');
  },
);

it('names the client as the subject, and no user', async () => {
  const token = String((await ask()).json['access_token']);
  const { id } = world.members.client('machine');
  const { claims } = await verifiedJwt(token, world.members.issuer);
  expect(claims).toMatchObject({ sub: id, client_id: id, token_use: 'access', version: 2 });
  for (const absent of ['username', 'cognito:groups', 'aud', 'email']) {
    expect(claims).not.toHaveProperty([absent]);
  }
});

it('is the token clientCredentialsToken() gives without a request', async () => {
  const token = await world.members.clientCredentialsToken('machine', 'orders/write');
  const { claims } = await verifiedJwt(token, world.members.issuer);
  expect(claims).toMatchObject({ scope: 'orders/write', token_use: 'access' });
});
