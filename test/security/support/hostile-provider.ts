import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';

/** Answers a request itself, or returns a document to be sent as JSON. */
export type Answer = (req: IncomingMessage, res: ServerResponse, body: URLSearchParams) => unknown;

/** An OP whose every answer a test may replace; left alone it behaves. */
export interface HostileProvider {
  readonly issuer: string;
  /** By path, e.g. `/token`; takes the place of the good answer until `behave`. */
  readonly answers: Map<string, Answer>;
  /** How often each path was asked, as `METHOD /path`. */
  readonly asked: Map<string, number>;
  /** The good document of a path, to build a bad one of. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly jwk: Readonly<Record<string, unknown>>;
  /** `kid: ''` leaves it out. */
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /**
   * A good token response for the code, which is the nonce; claims, header and members may be
   * replaced.
   */
  tokens(
    body: URLSearchParams,
    changes?: {
      claims?: JWTPayload;
      header?: Partial<JWTHeaderParameters>;
      members?: Record<string, unknown>;
    },
  ): Promise<Record<string, unknown>>;
  behave(): void;
  stop(): Promise<void>;
}

export const CLIENT_ID = 'site';
export const CLIENT_SECRET = 'a-secret-that-must-not-travel';

/** Starts it on a free loopback port. */
export async function startHostileProvider(): Promise<HostileProvider> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'good', alg: 'RS256', use: 'sig' };
  const answers = new Map<string, Answer>();
  const asked = new Map<string, number>();
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };

  const provider: HostileProvider = {
    issuer,
    answers,
    asked,
    metadata,
    jwk,
    sign: (claims, header = {}) => {
      const named = { alg: 'RS256', kid: 'good', ...header };
      // A header member set to undefined is left out.
      return new SignJWT(claims)
        .setProtectedHeader(JSON.parse(JSON.stringify(named)))
        .sign(privateKey, { crit: { x: true } });
    },
    async tokens(body, { claims = {}, header = {}, members = {} } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const isRefresh = body.get('grant_type') === 'refresh_token';
      const standard = { iss: issuer, sub: 'alice', aud: CLIENT_ID, iat: now, exp: now + 300 };
      const nonce = isRefresh ? {} : { nonce: body.get('code') };
      return {
        access_token: 'an-access-token',
        token_type: 'Bearer',
        expires_in: 300,
        refresh_token: 'a-refresh-token',
        id_token: await provider.sign({ ...standard, ...nonce, ...claims }, header),
        ...members,
      };
    },
    behave() {
      answers.clear();
      asked.clear();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const good: Record<string, Answer> = {
    '/.well-known/openid-configuration': () => metadata,
    '/jwks': () => ({ keys: [jwk] }),
    '/token': (_req, _res, body) => provider.tokens(body),
    '/revoke': () => ({}),
    '/': () => ({}),
  };
  server.on('request', (req, res) => void respond(req, res));
  return provider;

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url ?? '/', issuer);
    const name = `${req.method} ${pathname}`;
    asked.set(name, (asked.get(name) ?? 0) + 1);
    let text = '';
    for await (const chunk of req) text += String(chunk);
    const answer = answers.get(pathname) ?? good[pathname];
    if (answer === undefined) return void res.writeHead(404).end();
    const document = await answer(req, res, new URLSearchParams(text));
    if (document === undefined) return;
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(typeof document === 'string' ? document : JSON.stringify(document));
  }
}
