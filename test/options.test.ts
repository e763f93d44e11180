import express from 'express';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allowOrigins, createRelyingParty } from '../src/index.js';
import { MemoryStore } from '../src/sessions/memory-store.js';

/** Anything, as a program without types would give it. */
type Untyped = (...given: unknown[]) => unknown;

const secret = 'a secret that no message may ever quote, anywhere';
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
    ['api', withApi(null)],
    ['api', withApi([])],
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
    ['api.issuers[1].clientID', withIssuer({ clientID: 'a' }), 'write clientIds'],
    ['api.issuers[1].issuer', withIssuer({ issuer: 'q.example.com' })],
    ['profilePath', { profilePath: 'profile' }, 'write e.g. /profile'],
    ['profilePath', { profilePath: '//evil.example' }, 'write e.g. /profile'],
    ['profilePath', { profilePath: 'javascript:alert(1)' }, 'write e.g. /profile'],
    ['proxy', { proxy: null }],
    ['proxy', { proxy: ['http://proxy.example.com'] }],
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
      proxy: undefined,
      viewsFolder: undefined,
      render: { error: undefined },
      fetch: undefined,
      now: undefined,
    });
    await rp.close();
    await createRelyingParty({ ...good, api: undefined, render: undefined }).close();
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

  it.each([['https://app.example.com/'], ['app.example.com'], [undefined], [7], ['']])(
    'is told that an origin is none: %o',
    (origin) => {
      expect(() => make(['https://a.example', origin])).toThrow(TypeError);
      expect(() => make(['https://a.example', origin])).toThrow(
        /^allowOrigins: origins\[1\] is .+; write e\.g\. https:/,
      );
    },
  );
});

function messageOf(misuse: () => unknown): string {
  try {
    misuse();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was wrong';
}
