import { sealingSecrets } from '../../src/sessions/sealing/sealing-secrets.js';
import { createSessions, type Established } from '../../src/sessions/sessions.js';
import type { SessionTokens, SignedIn } from '../../src/sessions/session.js';
import type { RunningApp } from './app.js';

/**
 * Puts a session into the site's store as a login would have, and gives the Cookie header of its
 * browser.
 */
export async function establish(
  { settings, store }: Pick<RunningApp, 'settings' | 'store'>,
  who: Partial<SignedIn> = {},
  tokens: Partial<SessionTokens> = {},
): Promise<Established & { cookie: string }> {
  const sessions = createSessions({
    clientId: settings.clientId,
    store,
    secrets: sealingSecrets(settings.sessionSecrets, { ...settings, cookieNamespace: '' }),
    idleSeconds: settings.sessionIdleSeconds,
    absoluteSeconds: settings.sessionAbsoluteSeconds,
    now: Date.now,
  });
  const inAnHour = Date.now() + 3_600_000;
  const established = await sessions.establish(
    {
      issuer: settings.issuer,
      subject: 'alice',
      username: 'alice',
      name: 'Alice Example',
      email: 'alice@example.com',
      unverifiedEmail: undefined,
      groups: [],
      scopes: ['openid'],
      identityProvider: undefined,
      authenticatedAt: Date.now(),
      acr: undefined,
      originJti: undefined,
      sid: undefined,
      userAgent: '',
      ...who,
    },
    {
      idToken: 'id-token',
      accessToken: 'access-token',
      refreshToken: undefined,
      nonce: undefined,
      accessTokenExpiresAt: inAnHour,
      refreshDueAt: inAnHour,
      ...tokens,
    },
  );
  return { ...established, cookie: `lifeguard=${established.sessionId}` };
}
