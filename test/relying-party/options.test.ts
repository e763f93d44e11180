import { generateKeyPairSync } from 'node:crypto';
import express from 'express';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allowOrigins,
  createRelyingParty,
  openSessionStore,
  type RelyingPartyOptions,
} from '../../src/index.js';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import {
  federatedPoolsSeed,
  bearer,
  relyingPartyOptions,
  signedIn,
  signIn,
  startPools,
  upstreamProvider,
  type Pool,
  type Pools,
} from '../../src/testing/index.js';

/** Anything, as a program without types would give it. */
type Untyped = (...given: unknown[]) => unknown;

const secret = 'a secret that no message may ever quote, anywhere';
const clientKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const session = { secrets: [secret], store: new MemoryStore({ now: Date.now }) };
const good = {
  issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz',
  clientId: 'client',
  clientSecret: null,
  baseUrl: 'https://www.example.com',
  session,
};
const cognito = { kind: 'cognito', domain: 'https://second.example.com', clientId: 'there' };
const provider = { name: 'second', label: 'Second', emailDomains: [], signOut: cognito };
const partner = { issuer: 'https://partner.example.com', clientIds: ['theirs'] };

const withSession = (more: object): object => ({ session: { ...session, ...more } });
const withProvider = (more: object): object => ({ identityProviders: [{ ...provider, ...more }] });
const withSignOut = (signOut: unknown): object => withProvider({ signOut });
const withApi = (api: unknown): object => ({ api });
const withIssuer = (more: object): object =>
  withApi({ issuers: [partner, { ...partner, issuer: 'https://q.example.com', ...more }] });

describe('createRelyingParty', () => {
  const make = createRelyingParty as unknown as Untyped;

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'https://issuer.example.com'],
    ['a list', [good]],
    ['a function', () => good],
  ])('is told that its options are %s', (_name, options) => {
    expect(() => make(options)).toThrow(TypeError);
    expect(() => make(options)).toThrow(/^createRelyingParty: options is .+; give \{ issuer, .+/);
  });

  it.each<[string, object, string?]>([
    ['clientID', { clientID: 'x' }, 'write clientId'],
    ['ClientId', { ClientId: 'x' }, 'write clientId'],
    ['baseURL', { baseURL: 'https://www.example.com' }, 'write baseUrl'],
    ['sesion', { sesion: session }, 'write session'],
    ['viewFolder', { viewFolder: '/' }, 'write viewsFolder'],
    ['whatever', { whatever: 1 }, 'there are issuer, clientId'],
    ['whatever', { whatever: undefined }, 'there are issuer, clientId'],
    ['__proto__', JSON.parse('{"__proto__":{}}') as object, 'there are issuer'],
    ['session', { session: null }, 'give { secrets, store }'],
    ['session', { session: 'x' }, 'give { secrets, store }'],
    ['session.secret', withSession({ secret }), 'write secrets'],
    ['session.idleTimeout', withSession({ idleTimeout: 60 })],
    ['session.absoluteSecond', withSession({ absoluteSecond: 60 }), 'write absoluteSeconds'],
    ['session.secrets', withSession({ secrets: secret }), 'give at least one'],
    ['session.secrets', withSession({ secrets: [secret, 7] }), 'give at least one'],
    ['session.secrets', withSession({ secrets: [secret, undefined] }), 'give at least one'],
    ['session.store', withSession({ store: 'memory:' }), 'use await openSessionStore'],
    ['session.store', withSession({ store: null }), 'use await openSessionStore'],
    ['session.idleSeconds', withSession({ idleSeconds: 0 }), 'give 1 or more'],
    ['session.idleSeconds', withSession({ idleSeconds: '60' }), 'give 1 or more'],
    ['session.idleSeconds', withSession({ idleSeconds: null }), 'give 1 or more'],
    ['session.absoluteSeconds', withSession({ absoluteSeconds: Infinity }), 'give 1 or more'],
    ['session.claims', withSession({ claims: 'custom:tenant' }), 'give a list of claims'],
    ['session.claims[1]', withSession({ claims: ['a', 7] }), 'give names of claims'],
    ['session.claims[0]', withSession({ claims: [''] }), 'give names of claims'],
    ['clientKey', { clientKey: secret }, 'write { key }'],
    ['clientKey.pem', { clientKey: { pem: secret } }, 'there are key, kid, alg'],
    ['clientKey.key', { clientKey: {} }, 'give a private RSA, P-256 or Ed25519 key'],
    ['clientKey.key', { clientKey: { key: secret } }, 'give a private RSA, P-256 or Ed25519 key'],
    ['clientKey.key', { clientKey: { key: clientKey.publicKey } }, 'give a private RSA'],
    ['clientKey.kid', { clientKey: { key: clientKey.privateKey, kid: 5 } }, 'give the name'],
    ['clientKey.alg', { clientKey: { key: clientKey.privateKey, alg: 'HS256' } }, 'write RS256'],
    ['clientKey.key', { clientKey: { key: clientKey.privateKey, alg: 'RS256' } }, 'give a private'],
    [
      'clientKey',
      { clientKey: { key: clientKey.privateKey }, clientSecret: secret },
      'with a key, write clientSecret: null',
    ],
    ['clientSecret', { clientSecret: [] }, 'give it, or write null'],
    ['clientSecret', { clientSecret: [secret, ''] }, 'give it, or write null'],
    ['clientSecret', { clientSecret: ['a', 'b', 'c'] }, 'give it, or write null'],
    ['readClientSecret', { clientSecret: 'a', readClientSecret: 'a' }, 'give one that returns'],
    ['readClientSecret', { readClientSecret: () => ['a'] }, 'leave it out, or give clientSecret'],
    ['clientAuthentication', { clientAuthentication: 'client_secret_jwt' }, 'write client_secret_'],
    ['clientAuthentication', { clientAuthentication: 'client_secret_post' }, 'give clientSecret'],
    ['clientAuthentication', { clientAuthentication: 'private_key_jwt' }, 'give clientKey'],
    [
      'clientAuthentication',
      { clientAuthentication: 'none', clientSecret: secret },
      'leave clientKey out, and write clientSecret: null',
    ],
    ['userInfo', { userInfo: true }, 'write merge or none'],
    ['pushedAuthorizationRequests', { pushedAuthorizationRequests: 'always' }, 'write one of them'],
    ['cookieNamespace', { cookieNamespace: 7 }, 'write one word'],
    ['identityProviders', { identityProviders: {} }, 'give a list of providers'],
    ['identityProviders', { identityProviders: null }, 'give a list of providers'],
    ['identityProviders', { identityProviders: '[]' }, 'give a list of providers'],
    ['identityProviders', { identityProviders: [provider, provider] }, 'give each its own name'],
    ['identityProviders[0]', { identityProviders: [undefined] }],
    ['identityProviders[0]', { identityProviders: ['second'] }],
    ['identityProviders[0].name', withProvider({ name: undefined })],
    ['identityProviders[0].name', withProvider({ name: '' })],
    ['identityProviders[0].label', withProvider({ label: undefined })],
    ['identityProviders[0].labels', withProvider({ labels: 'x' }), 'write label'],
    ['identityProviders[0].emailDomain', withProvider({ emailDomain: [] }), 'write emailDomains'],
    ['identityProviders[0].emailDomains', withProvider({ emailDomains: 'a.example' })],
    ['identityProviders[0].emailDomains[0]', withProvider({ emailDomains: [7] })],
    ['identityProviders[0].signOut', withSignOut(undefined), 'give an object with a kind'],
    ['identityProviders[0].signOut', withSignOut('cognito'), 'give an object with a kind'],
    ['identityProviders[0].signOut', withSignOut(null), 'give an object with a kind'],
    ['identityProviders[0].signOut.kind', withSignOut({}), 'write "cognito"'],
    ['identityProviders[0].signOut.kind', withSignOut({ kind: 'foo' }), 'write "cognito"'],
    ['identityProviders[0].signOut.kind', withSignOut({ ...cognito, kind: 'Cognito' })],
    ['identityProviders[0].signOut.domain', withSignOut({ ...cognito, domain: undefined })],
    ['identityProviders[0].signOut.domain', withSignOut({ ...cognito, domain: 'a.example' })],
    [
      'identityProviders[0].signOut.domain',
      withSignOut({ ...cognito, domain: 'http://a.example' }),
    ],
    ['identityProviders[0].signOut.clientId', withSignOut({ ...cognito, clientId: undefined })],
    ['identityProviders[0].signOut.clientID', withSignOut({ ...cognito, clientID: 'x' })],
    ['identityProviders[0].signOut.advice', withSignOut({ ...cognito, advice: 'x' })],
    ['identityProviders[0].signOut.endSessionEndpoint', withSignOut({ kind: 'oidc' })],
    [
      'identityProviders[0].signOut.endSessionEndpoint',
      withSignOut({ kind: 'oidc', endSessionEndpoint: '/logout' }),
    ],
    ['identityProviders[0].signOut.advice', withSignOut({ kind: 'none' }), 'write a sentence'],
    [
      'identityProviders[0].signOut.advise',
      withSignOut({ kind: 'none', advise: 'x' }),
      'write advice',
    ],
    ['loginSeconds', { loginSeconds: '300' }, 'give 1 or more'],
    ['loginSeconds', { loginSeconds: null }, 'give 1 or more'],
    ['loginSeconds', { loginSeconds: 86_401 }, 'give 1 or more seconds, and at most 86400'],
    [
      'session.idleSeconds',
      withSession({ idleSeconds: 34_560_001 }),
      'give 1 or more seconds, and at most 34560000',
    ],
    [
      'session.absoluteSeconds',
      withSession({ absoluteSeconds: 1e300 }),
      'give 1 or more seconds, and at most 34560000',
    ],
    [
      'api.clockToleranceSeconds',
      withApi({ clockToleranceSeconds: 601 }),
      'give 0 or more seconds, and at most 600',
    ],
    ['api', withApi(null)],
    ['api', withApi([])],
    ['api', withApi(Promise.resolve({ audience: 'x' })), 'give an object of options'],
    ['render', { render: new Map() }, 'give an object of options'],
    ['render', { render: Promise.resolve({}) }, 'give an object of options'],
    ['session', { session: Promise.resolve(session) }, 'give { secrets, store }'],
    ['api.scopes[1]', withApi({ scopes: ['a', 'b c'] }), 'give names of scopes, one in each'],
    ['api.issuers[1].scopes[0]', withIssuer({ scopes: ['читать'] }), 'give names of scopes'],
    ['identityProviders', { identityProviders: [provider, { ...provider, name: 'SECOND' }] }],
    [
      'identityProviders',
      {
        identityProviders: [
          { ...provider, emailDomains: ['a.example'] },
          { ...provider, name: 'third', emailDomains: ['b.example', 'a.example'] },
        ],
      },
      'a choice would depend on the order',
    ],
    ['identityProviders[0].emailDomains[0]', withProvider({ emailDomains: ['@a.example'] })],
    ['identityProviders[0].emailDomains[0]', withProvider({ emailDomains: ['A.example'] })],
    ['api.clientIDs', withApi({ clientIDs: ['a'] }), 'write clientIds'],
    ['api.clientIds', withApi({ clientIds: 'a' }), 'give a list'],
    ['api.clientIds[1]', withApi({ clientIds: ['a', undefined] })],
    ['api.clockToleranceSeconds', withApi({ clockToleranceSeconds: '5' })],
    ['api.scope', withApi({ scope: ['a'] }), 'write scopes'],
    ['api.scopes', withApi({ scopes: 'a b' })],
    ['api.issuers', withApi({ issuers: partner })],
    ['api.issuers', withApi({ issuers: [partner, partner] }), 'use api.clientIds for our own'],
    ['api.issuers[0]', withApi({ issuers: ['https://partner.example.com'] })],
    ['api.issuers[1].clientIds', withIssuer({ clientIds: [] }), 'name the clients'],
    ['api.issuers[1].clientIds', withIssuer({ clientIds: undefined }), 'name the clients'],
    ['api.issuers[1].clientIds', withIssuer({ clientIds: 'a' }), 'name the clients'],
    ['api.issuers[1].clientIds[0]', withIssuer({ clientIds: [''] })],
    ['api.issuers[1].claims[0]', withIssuer({ claims: [''] }), 'give names of claims'],
    ['api.issuers[1].claims[1]', withIssuer({ claims: ['a', 7] }), 'give names of claims'],
    ['api.issuers[1].claims[0]', withIssuer({ claims: ['scope'] }), 'give names of claims'],
    ['api.issuers[1].clientID', withIssuer({ clientID: 'a' }), 'write clientIds'],
    ['api.issuers[1].issuer', withIssuer({ issuer: 'q.example.com' })],
    ['profilePath', { profilePath: 'profile' }, 'write e.g. /profile'],
    ['homePath', { homePath: '//evil.example' }, 'write e.g. /'],
    ['profilePath', { profilePath: '//evil.example' }, 'write e.g. /profile'],
    ['profilePath', { profilePath: 'javascript:alert(1)' }, 'write e.g. /profile'],
    ['proxy', { proxy: null }],
    ['proxy', { proxy: ['http://proxy.example.com'] }],
    ['proxy', { proxy: 'http://p.example', fetch }, 'leave one of them out'],
    ['proxy.url', { proxy: '' }, 'write e.g. http://'],
    ['proxy.url', { proxy: 'proxy.example.com:3128' }, 'write e.g. http://'],
    ['proxy.url', { proxy: 'socks5://proxy.example.com' }, 'write e.g. http://'],
    ['proxy.url', { proxy: { noProxy: [] } }, 'write e.g. http://'],
    ['proxy.uri', { proxy: { uri: 'http://proxy.example.com' } }, 'write url'],
    ['proxy.noProxy', { proxy: { url: 'http://p.example', noProxy: 'a,b' } }, 'give a list'],
    ['viewsFolder', { viewsFolder: '/nope' }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: '' }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: null }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: 7 }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: fileURLToPath(import.meta.url) }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: new URL(import.meta.url) }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: new URL('https://www.example.com/') }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: new URL('file://server/views') }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: `${fileURLToPath(import.meta.url)}/x` }, 'give one that is'],
    ['viewsFolder', { viewsFolder: 'a\0b' }, 'give one that is there'],
    ['viewsFolder', { viewsFolder: 'a'.repeat(5000) }, 'give one that is there'],
    ['render', { render: null }],
    ['render', { render: () => '' }],
    ['render.signed-ot', { render: { 'signed-ot': () => '' } }, 'write signed-out'],
    ['render.error', { render: { error: '<h1>Error</h1>' } }, 'give a function'],
    ['render.error', { render: { error: null } }, 'give a function'],
    ['fetch', { fetch: 'https://proxy.example.com' }, 'give what Node calls fetch'],
    ['fetch', { fetch: null }, 'give what Node calls fetch'],
    ['now', { now: 1_700_000_000_000 }, 'give e.g. Date.now'],
    ['now', { now: new Date() }, 'give e.g. Date.now'],
  ])('is told that %s is wrong in %o', (path, wrong, fix = '') => {
    const options = { ...good, ...wrong };
    expect(() => make(options)).toThrow(TypeError);
    const message = messageOf(() => make(options));
    expect(message.startsWith(`createRelyingParty: ${path} `)).toBe(true);
    expect(message).toMatch(/; .+/);
    expect(message).toContain(`; ${fix}`);
    expect(message).not.toContain(secret);
  });

  it('takes undefined as the default, wherever there is one', async () => {
    const rp = createRelyingParty({
      ...good,
      session: {
        ...session,
        idleSeconds: undefined,
        absoluteSeconds: undefined,
        claims: undefined,
      },
      basePath: undefined,
      cookieNamespace: undefined,
      scope: undefined,
      identityProviders: undefined,
      loginSeconds: undefined,
      api: {
        clientIds: undefined,
        issuers: undefined,
        clockToleranceSeconds: undefined,
        scopes: undefined,
      },
      profilePath: undefined,
      homePath: undefined,
      proxy: undefined,
      viewsFolder: undefined,
      render: { error: undefined },
      fetch: undefined,
      now: undefined,
    });
    await rp.close();
    await createRelyingParty({ ...good, api: undefined, render: undefined }).close();
  });

  it('may draw each page by itself', async () => {
    const page = (): string => '';
    const render: Required<NonNullable<RelyingPartyOptions['render']>> = {
      'sign-in': page,
      'continue-to-provider': page,
      logout: page,
      'continue-signing-out': page,
      'signed-out': page,
      sessions: page,
      error: page,
    };
    await createRelyingParty({ ...good, render }).close();
  });

  it.each<[string, object]>([
    ['none, for a public client', { clientSecret: null, clientAuthentication: 'none' }],
    ['client_secret_basic', { clientSecret: secret, clientAuthentication: 'client_secret_basic' }],
    ['two secrets, read again', { clientSecret: [secret, 'b'], readClientSecret: () => [secret] }],
    ['client_secret_post', { clientSecret: secret, clientAuthentication: 'client_secret_post' }],
    [
      'private_key_jwt',
      {
        clientSecret: null,
        clientKey: { key: clientKey.privateKey, kid: 'a', alg: 'ES256' },
        clientAuthentication: 'private_key_jwt',
      },
    ],
    ['a folder as a file: URL', { viewsFolder: new URL('.', import.meta.url) }],
    ['a folder as a path', { viewsFolder: fileURLToPath(new URL('.', import.meta.url)) }],
  ])('takes %s', async (_what, options) => {
    await (make({ ...good, ...options }) as { close: () => Promise<void> }).close();
  });

  it('says of two mistakes the one that explains the other', () => {
    const { clientId, ...others } = good;
    const misspelt = { ...others, clientID: clientId };
    expect(messageOf(() => make(misspelt))).toBe(
      'createRelyingParty: clientID is not an option; write clientId',
    );
  });
});

describe('allowOrigins', () => {
  const make = allowOrigins as unknown as Untyped;

  it.each([[undefined], [null], ['*'], ['https://app.example.com'], [{}], [express()]])(
    'is told that its origins are no list: %o',
    (origins) => {
      expect(() => make(origins)).toThrow(TypeError);
      expect(() => make(origins)).toThrow(/^allowOrigins: origins is .+; give a list/);
    },
  );

  it.each([
    ['https://app.example.com/'],
    ['https://*.example.com'],
    ['app.example.com'],
    [undefined],
    [7],
    [''],
  ])('is told that an origin is none: %o', (origin) => {
    expect(() => make(['https://a.example', origin])).toThrow(TypeError);
    expect(() => make(['https://a.example', origin])).toThrow(
      /^allowOrigins: origins\[1\] is .+; write e\.g\. https:/,
    );
  });
});

describe('the test kit and the pools', () => {
  const rp = createRelyingParty(good);
  let pools: Pools;
  let pool: Pool;
  beforeAll(async () => {
    pools = await startPools({ keys: 'fixed' });
    pool = pools.pool('oidc-pool-1');
  });
  afterAll(async () => {
    await rp.close();
    await pools.close();
  });

  const calls: Readonly<Record<string, Untyped>> = {
    openSessionStore: openSessionStore as Untyped,
    signedIn: signedIn as Untyped,
    bearer: bearer as Untyped,
    signIn: signIn as Untyped,
    relyingPartyOptions: relyingPartyOptions as Untyped,
    upstreamProvider: upstreamProvider as Untyped,
    startPools: startPools as Untyped,
    federatedPoolsSeed: federatedPoolsSeed as Untyped,
    'pool.tokens': (...given) => (pool.tokens as unknown as Untyped)(...given),
    'pool.rotateKeys': (...given) => (pool.rotateKeys as unknown as Untyped)(...given),
    'pool.setUserGroups': (...given) => (pool.setUserGroups as unknown as Untyped)(...given),
    'faults.once': (...given) => (pools.faults.once as unknown as Untyped)(...given),
    'faults.always': (...given) => (pools.faults.always as unknown as Untyped)(...given),
  };
  const url = 'http://localhost:3000/profile';

  it.each<[string, () => unknown[], string, string]>([
    ['openSessionStore', () => ['memory:', null], 'options', 'give { now }, or leave it out'],
    ['openSessionStore', () => ['memory:', { now: 1 }], 'now', 'give e.g. Date.now'],
    ['openSessionStore', () => ['memory:', { now: Date.now, ttl: 1 }], 'ttl', 'there are now'],
    ['openSessionStore', () => [undefined, { now: Date.now }], 'url', 'give e.g. memory:'],
    ['openSessionStore', () => [{ now: Date.now }], 'url', 'give e.g. memory:'],
    ['signedIn', () => [undefined], 'its relyingParty', 'give what createRelyingParty'],
    ['signedIn', () => [rp, { group: ['admins'] }], 'group', 'write groups'],
    ['signedIn', () => [rp, { groups: 'admins' }], 'groups', 'give a list of names'],
    ['signedIn', () => [rp, { groups: [undefined] }], 'groups[0]', 'give names'],
    ['signedIn', () => [rp, { scope: ['openid'] }], 'scope', 'write scopes'],
    ['signedIn', () => [rp, { claims: 'sub' }], 'claims', 'give claims by their names'],
    ['signedIn', () => [rp, { tokens: {} }], 'tokens.idToken', 'give one'],
    ['signedIn', () => [rp, { tokens: { id_token: '' } }], 'tokens.id_token', 'write idToken'],
    ['signedIn', () => [rp, 'alice'], 'user', 'give { claims, groups'],
    ['signedIn', () => [rp, null], 'user', 'give { claims, groups'],
    ['signedIn', () => [rp, {}, {}], 'agent', 'give e.g. supertest.agent'],
    ['bearer', () => [undefined, { client: 'machine' }], 'its pool', 'give pools.pool'],
    ['bearer', () => [pools, { client: 'machine' }], 'its pool', 'give pools.pool'],
    ['bearer', () => [pool], 'caller', 'give { user, client'],
    ['bearer', () => [pool, 'machine'], 'caller', 'give { user, client'],
    ['bearer', () => [pool, {}], 'client', 'give the name of a client'],
    ['bearer', () => [pool, { clientId: 'machine' }], 'clientId', 'write client'],
    ['bearer', () => [pool, { client: 'machine', scopes: 'a' }], 'scopes', 'write scope'],
    ['bearer', () => [pool, { client: 'machine', claims: {} }], 'claims', 'there are client'],
    ['bearer', () => [pool, { user: 'a', client: 'site', claim: {} }], 'claim', 'write claims'],
    [
      'bearer',
      () => [pool, { user: undefined, client: 'site' }],
      'user',
      'give the name of a user',
    ],
    ['signIn', () => ['/profile', {}], 'url', 'give the whole address'],
    ['signIn', () => [undefined, {}], 'url', 'give the whole address'],
    ['signIn', () => [url], 'credentials', 'give { username, password }'],
    ['signIn', () => [url, { user: 'a', password: 'b' }], 'user', 'write username'],
    ['signIn', () => [url, { username: 'a' }], 'password', 'give what the person types'],
    ['relyingPartyOptions', () => [undefined], 'pools', 'give what startPools'],
    ['relyingPartyOptions', () => [Promise.resolve(pools)], 'pools', 'give what startPools'],
    ['relyingPartyOptions', () => [pools, { basePaht: '/a' }], 'basePaht', 'write basePath'],
    [
      'relyingPartyOptions',
      () => [pools, { api: { clientIDs: [] } }],
      'api.clientIDs',
      'write clientIds',
    ],
    ['relyingPartyOptions', () => [pools, { client: 7 }], 'client', 'give a name'],
    ['relyingPartyOptions', () => [pools, null], 'options', 'give an object'],
    ['upstreamProvider', () => [undefined], 'pools', 'give what startPools'],
    ['upstreamProvider', () => [pools, { pool: 'oidc-pool-2' }], 'pool', 'there are name'],
    ['upstreamProvider', () => [pools, { label: '' }], 'label', 'give a name'],
    ['startPools', () => [null], 'options', 'give an object'],
    ['startPools', () => [{ seeds: {} }], 'seeds', 'write seed'],
    ['startPools', () => [{ seed: 7 }], 'seed', 'give an object'],
    ['startPools', () => [{ port: '4000' }], 'port', 'give a number'],
    ['startPools', () => [{ port: 65_536 }], 'port', 'give a number'],
    ['startPools', () => [{ keys: 'Fixed' }], 'keys', 'write fixed or generated'],
    ['startPools', () => [{ issuer: 'https://a.example' }], 'issuer', 'write local or aws'],
    ['startPools', () => [{ publicUrl: 'pools' }], 'publicUrl', 'write e.g.'],
    ['startPools', () => [{ persist: true }], 'persist', 'give the path'],
    ['startPools', () => [{ now: 0 }], 'now', 'give e.g. Date.now'],
    ['startPools', () => [{ log: true }], 'log', 'give a function'],
    ['federatedPoolsSeed', () => [], 'options', 'give { baseUrl }'],
    ['federatedPoolsSeed', () => [{ baseURL: url }], 'baseURL', 'write baseUrl'],
    ['federatedPoolsSeed', () => [{ baseUrl: 'localhost' }], 'baseUrl', 'write e.g.'],
    ['pool.tokens', () => ['alice'], 'options', 'give { client, scope, claims }'],
    ['pool.tokens', () => ['alice', { clientId: 'site' }], 'clientId', 'write client'],
    ['pool.tokens', () => ['alice', { client: 'site', claims: 'sub' }], 'claims', 'give claims'],
    ['pool.tokens', () => ['alice', { client: 'site', scopes: 'a' }], 'scopes', 'write scope'],
    ['pool.rotateKeys', () => [{ keep: true }], 'keep', 'write keepOld'],
    ['pool.rotateKeys', () => [{ keepOld: 'yes' }], 'keepOld', 'write one of them'],
    ['pool.rotateKeys', () => [null], 'options', 'give an object'],
    ['pool.setUserGroups', () => ['alice', 'admins'], 'groups', 'give names of groups'],
    ['pool.setUserGroups', () => ['alice', [undefined]], 'groups[0]', 'give names of groups'],
    ['faults.once', () => ['oidc-pool-1', 'tokens', {}], 'endpoint', 'write discovery or jwks'],
    [
      'faults.once',
      () => ['oidc-pool-1', 'token', { httpCode: 503 }],
      'httpCode',
      'there are delayMs',
    ],
    ['faults.once', () => ['oidc-pool-1', 'token'], 'fault', 'give what goes wrong'],
    ['faults.always', () => ['oidc-pool-1', 'token', { status: '503' }], 'status', 'give a number'],
    ['faults.always', () => ['oidc-pool-1', 'token', { hang: 1 }], 'hang', 'write true'],
    ['faults.always', () => ['oidc-pool-1', 'token', { body: {} }], 'body', 'give a text'],
    ['faults.always', () => ['*', 'token', { omit: ['idToken'] }], 'omit[0]', 'write id_token'],
    [
      'faults.always',
      () => ['*', 'token', { idToken: { claim: {} } }],
      'idToken.claim',
      'write claims',
    ],
  ])('%s refuses case %# by its name and with a fix', async (name, given, path, fix) => {
    const error: unknown = await (async () => calls[name]!(...given()))().catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TypeError);
    const { message } = error as TypeError;
    expect(message.startsWith(`${name}: ${path} `), message).toBe(true);
    expect(message).toContain(`; ${fix}`);
  });

  it.each([[undefined], [null], [''], [7], [{}]])(
    'endSessionsOf refuses %o for a user',
    async (subject) => {
      const end = rp.endSessionsOf as unknown as Untyped;
      await expect(end(subject)).rejects.toThrow(/^endSessionsOf: subject is .+; give the sub/);
    },
  );

  it.each([[undefined], [null], [7], [{}]])(
    'verifyAccessToken refuses %o as a token',
    async (token) => {
      const verify = rp.verifyAccessToken as unknown as Untyped;
      await expect(verify(token)).rejects.toMatchObject({ code: 'access_token_malformed' });
    },
  );

  it('take undefined as the default', async () => {
    const undefinedAll = { pool: undefined, client: undefined, baseUrl: undefined, now: undefined };
    const options = relyingPartyOptions(pools, undefinedAll as never);
    expect(options.baseUrl).toBe('http://localhost:3000');
    expect(options.now).toBeInstanceOf(Function);
    expect(relyingPartyOptions(pools, undefined).clientId).toBe(options.clientId);
    const names = { name: undefined, client: undefined, label: undefined };
    expect(upstreamProvider(pools, names as never).label).toBe('Corporate ID');
    const nobody = { claims: undefined, groups: undefined, scopes: undefined, tokens: undefined };
    const other = createRelyingParty(options);
    expect((await signedIn(other, nobody, undefined)).session.name).toBe('Alice Example');
    await other.close();
  });
});

function messageOf(misuse: () => unknown): string {
  try {
    misuse();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was wrong';
}

describe('a function of a relying party', () => {
  const rp = createRelyingParty(good) as unknown as Record<string, Untyped>;
  const req = { headers: {} };
  const res = { setHeader: () => undefined };

  it.each<[string, unknown[], string]>([
    ['currentSession', [], 'req or res is none; give those that the handler was given'],
    ['currentSession', [req], 'req or res is none'],
    ['currentSession', [res, req], 'req or res is none'],
    ['freshSession', [], 'req or res is none'],
    ['freshSession', [null, null], 'req or res is none'],
    ['endSessionsOf', [], 'subject is undefined; give the sub of a user'],
  ])('%s says what to give when it is given %j', async (name, given, message) => {
    const failure = await Promise.resolve(rp[name]!(...given)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TypeError);
    expect(String(failure)).toContain(`${name}: ${message}`);
  });
});

describe('a further argument, which nobody would look at, is refused by', () => {
  const functions: Readonly<Record<string, Untyped>> = {
    createRelyingParty: (...more) => (createRelyingParty as unknown as Untyped)(good, ...more),
    openSessionStore: (...more) =>
      (openSessionStore as unknown as Untyped)('memory:', { now: Date.now }, ...more),
    allowOrigins: (...more) => (allowOrigins as unknown as Untyped)(['*'], ...more),
    startPools: (...more) => (startPools as unknown as Untyped)({}, ...more),
    relyingPartyOptions: (...more) =>
      (relyingPartyOptions as unknown as Untyped)(undefined, {}, ...more),
    upstreamProvider: (...more) => (upstreamProvider as unknown as Untyped)(undefined, {}, ...more),
    signedIn: (...more) => (signedIn as unknown as Untyped)(undefined, {}, undefined, ...more),
    signIn: (...more) => (signIn as unknown as Untyped)('http://localhost', {}, ...more),
    bearer: (...more) => (bearer as unknown as Untyped)(undefined, {}, ...more),
  };

  it.each(Object.keys(functions))('%s', async (name) => {
    for (const more of [{ credentials: true }, undefined]) {
      const call = async (): Promise<unknown> => functions[name]!(more);
      await expect(call()).rejects.toThrow(TypeError);
      await expect(call()).rejects.toThrow(`${name}: a further argument is not looked at; leave`);
    }
  });
});
