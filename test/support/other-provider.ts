import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** An OpenID provider that is not Cognito and not ours: an independent examiner of the relying party. */
export interface OtherProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  stop(): Promise<void>;
}

/** Starts the certified `oidc-provider` with its own development login and consent pages. */
export async function startOtherProvider(siteUrl: string): Promise<OtherProvider> {
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
      },
    ],
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
    },
    issueRefreshToken: () => true,
    // Its own fetch refuses loopback addresses, where the site is.
    fetch: (url, init) => fetch(url, withoutGuard(init)),
  });
  const answer = provider.callback();
  server.on('request', (req, res) => void answer(req, res));
  return {
    issuer,
    clientId,
    clientSecret,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function withoutGuard(init: RequestInit | undefined): RequestInit {
  return Object.fromEntries(Object.entries(init ?? {}).filter(([name]) => name !== 'dispatcher'));
}
