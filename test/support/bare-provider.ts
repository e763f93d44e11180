import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

/**
 * An OP that only publishes its metadata and keys, and signs whatever a test wants it to have
 * signed.
 */
export interface BareProvider {
  readonly issuer: string;
  /** Signs with the published key, or with another one under the same `kid`. */
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>;
  /** Paths that answer with this status instead. */
  readonly answers: Map<string, number>;
  stop(): Promise<void>;
}

interface SignOptions {
  readonly foreignKey?: boolean;
  readonly kid?: string;
  /** The header's `typ`; default `logout+jwt`, `null` for none. */
  readonly typ?: string | null;
}

const KID = 'the-key';

/** @param path of the issuer, e.g. `/tenant/v2.0`, or a mere slash at the end; default none */
export async function startBareProvider(path = ''): Promise<BareProvider> {
  const published = await generateKeyPair('RS256', { extractable: true });
  const foreign = await generateKeyPair('RS256');
  const jwk = await exportJWK(published.publicKey);
  const answers = new Map<string, number>();
  const server = createServer((req, res) => {
    const documents: Record<string, object> = {
      [`${path.replace(/\/$/, '')}/.well-known/openid-configuration`]: metadata(issuer),
      '/jwks': { keys: [{ ...jwk, kid: KID, alg: 'RS256', use: 'sig' }] },
    };
    const fault = answers.get(req.url ?? '');
    const document = fault === undefined ? documents[req.url ?? ''] : undefined;
    res.writeHead(fault ?? (document ? 200 : 404), { 'content-type': 'application/json' });
    res.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = origin + path;

  return {
    issuer,
    answers,
    sign: (claims, { foreignKey = false, kid = KID, typ = 'logout+jwt' } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid, ...(typ !== null && { typ }) })
        .sign(foreignKey ? foreign.privateKey : published.privateKey),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const metadata = (issuer: string): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: new URL('/jwks', issuer).href,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
});
