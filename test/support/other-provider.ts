import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type ClientMetadata, type Configuration } from 'oidc-provider';

/**
 * An OpenID provider that is not Cognito and not ours: an independent examiner of the relying
 * party.
 */
export interface OtherProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * Every request it got, as `METHOD /path`, with the Authorization header's scheme where there was
   * one.
   */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** Access tokens of it are refreshed after this time at the latest, by the site's own clock. */
export const REFRESH_DUE_MS = 95_000;

/** What is different from a plain confidential client. */
export interface OtherProviderOptions {
  /** A member that is `undefined` is left out. */
  readonly client?: Partial<ClientMetadata>;
  readonly configuration?: Configuration;
  /**
   * Default `always`. By the provider's own rule a web client with a secret gets one only for
   * `offline_access`, which it heeds only with `prompt=consent`.
   */
  readonly refreshTokens?: 'always' | 'by its own rule';
  /** More clients than the one. */
  readonly otherClients?: readonly ClientMetadata[];
}

/** Starts the certified `oidc-provider` with its own development login and consent pages. */
export async function startOtherProvider(
  siteUrl: string,
  {
    client = {},
    configuration = {},
    refreshTokens = 'always',
    otherClients = [],
  }: OtherProviderOptions = {},
): Promise<OtherProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clientId = 'site';
  const clientSecret = 'a-secret-with:special+characters/and=more';
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${siteUrl}/callback`],
        post_logout_redirect_uris: [`${siteUrl}/logout/continue`],
        grant_types: ['authorization_code', 'refresh_token'],
        backchannel_logout_uri: `${siteUrl}/backchannel-logout`,
        backchannel_logout_session_required: true,
        ...client,
      },
      ...otherClients,
    ],
    // A test's clock may be ahead, by as much as a refresh takes.
    clockTolerance: 300,
    ttl: { AccessToken: 100 },
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: 'Bob Example', email: 'bob@example.org' }),
    }),
    features: {
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
      ...configuration.features,
    },
    ...(refreshTokens === 'always' && { issueRefreshToken: () => true }),
    ...withoutFeatures(configuration),
    // Its own fetch refuses loopback addresses, where the site is.
    fetch: (url, init) => fetch(url, withoutGuard(init)),
  });
  const answer = provider.callback();
  const asked: string[] = [];
  server.on('request', (req, res) => {
    const { pathname } = new URL(req.url ?? '/', issuer);
    const scheme = (req.headers.authorization ?? '').split(' ')[0]!;
    asked.push(`${req.method} ${pathname} ${scheme}`.trim());
    void answer(req, res);
  });
  return {
    issuer,
    clientId,
    clientSecret,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function withoutFeatures({ features: _features, ...rest }: Configuration): Configuration {
  return rest;
}

function withoutGuard(init: RequestInit | undefined): RequestInit {
  return Object.fromEntries(Object.entries(init ?? {}).filter(([name]) => name !== 'dispatcher'));
}
