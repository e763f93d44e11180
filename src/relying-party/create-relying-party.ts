import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { isUserPool } from '../cognito/user-pool.js';
import { displayNameOf } from '../sessions/session.js';
import { createSessions } from '../sessions/sessions.js';
import { verifyAccessToken } from '../tokens/access-token.js';
import type { PageContext } from '../web/page-context.js';
import { createRenderer } from '../web/render.js';
import { requestId } from '../web/request-id.js';
import { securityHeaders } from '../web/security-headers.js';
import type { RelyingPartyContext } from './context.js';
import { createCurrentSession } from './current-session.js';
import { createProvider } from './discovery.js';
import { endSessions } from './end-session.js';
import { createErrorHandler } from './error-exit.js';
import type { RelyingPartyEvents } from './events.js';
import { createFreshSession } from './fresh-session.js';
import { createLoginTransactions } from './login-transaction.js';
import { createLogoutChainCookie } from './logout-chain-cookie.js';
import { unfinishedChain } from './logout.js';
import { createOpFetch } from './op-fetch.js';
import type { RelyingPartyOptions } from './options.js';
import { createRefresh } from './refresh.js';
import type { RelyingParty } from './relying-party.js';
import { createRoutes } from './routes.js';
import { createSessionCookie } from './session-cookie.js';
import type { RelyingPartyViews } from './views.js';

const DEFAULT_SCOPE = 'openid email profile';
const DEFAULT_LOGIN_SECONDS = 300;
const DEFAULT_IDLE_SECONDS = 1800;
const DEFAULT_ABSOLUTE_SECONDS = 28_800;

/**
 * Makes a relying party of one OpenID provider: `app.use(rp.routes)` mounts it. Nothing is asked of the OP until somebody signs in.
 */
export function createRelyingParty(options: RelyingPartyOptions): RelyingParty {
  const { issuer, clientId, clientSecret, baseUrl, session } = options;
  const now = options.now ?? Date.now;
  const isHttps = baseUrl.startsWith('https:');
  const events = new EventEmitter<RelyingPartyEvents>();
  const opFetch = createOpFetch();
  const fetch = options.fetch ?? opFetch.fetch;
  const provider = createProvider({ issuer, clientId, clientSecret, fetch, now, events });
  const sessions = createSessions({
    store: session.store,
    secrets: session.secrets,
    idleSeconds: session.idleSeconds ?? DEFAULT_IDLE_SECONDS,
    absoluteSeconds: session.absoluteSeconds ?? DEFAULT_ABSOLUTE_SECONDS,
    now,
  });
  const parts = {
    issuer,
    clientId,
    baseUrl,
    scope: options.scope ?? DEFAULT_SCOPE,
    identityProviders: options.identityProviders ?? [],
    isUserPool: isUserPool(issuer),
    now,
    fetch,
    events,
    provider,
    sessions,
    sessionCookie: createSessionCookie(isHttps),
    transactions: createLoginTransactions({
      secrets: session.secrets,
      loginSeconds: options.loginSeconds ?? DEFAULT_LOGIN_SECONDS,
      isHttps,
      now,
    }),
    logoutChains: createLogoutChainCookie({ secrets: session.secrets, isHttps, now }),
    render: createRenderer<RelyingPartyViews>(options.viewsFolder),
  };
  const currentSession = createCurrentSession(sessions, parts.sessionCookie, createRefresh(parts));
  const pageContext = async (req: Request, res: Response, title: string): Promise<PageContext> => ({
    title,
    signedInAs: await currentSession(req, res).then(
      (found) => found && displayNameOf(found),
      () => undefined,
    ),
    unfinishedSignOut: unfinishedChain(parts, req) !== undefined,
  });
  const context: RelyingPartyContext = { ...parts, currentSession, pageContext };

  const formActionOrigins = createFormActionOrigins(context);
  const headers = securityHeaders({ https: isHttps, formActionOrigins });
  const errorHandler = createErrorHandler(context, headers);

  return {
    routes: createRoutes(context, { common: [requestId(), headers], errorHandler }),
    errorHandler,
    events,
    baseUrl,
    currentSession,
    freshSession: createFreshSession(parts, currentSession),
    endSessionsOf: async (subject) => {
      const found = await sessions.ofSubject(issuer, subject);
      await endSessions(parts, found, 'operator');
      return found.length;
    },
    now,
    pageContext,
    formActionOrigins,
    verifyAccessToken: (token) =>
      verifyAccessToken(
        token,
        {
          issuer,
          clientIds: [clientId, ...(options.apiClientIds ?? [])],
          requiresTokenUse: parts.isUserPool,
          now,
        },
        provider.keys,
      ),
    ping: () => session.store.ping(),
    close: () => opFetch.close(),
  };
}

/** Where a form of ours may end up: the sign-out button leads through the pools. Made anew only when discovery brings news. */
function createFormActionOrigins(context: RelyingPartyContext): () => readonly string[] {
  const configured = context.identityProviders.flatMap(({ signOut }) => {
    if (signOut.kind === 'cognito') return [new URL(signOut.domain).origin];
    return signOut.kind === 'oidc' ? [new URL(signOut.endSessionEndpoint).origin] : [];
  });
  let known: unknown;
  let origins: readonly string[] = configured;
  return () => {
    const metadata = context.provider.knownMetadata();
    if (metadata !== undefined && metadata !== known) {
      known = metadata;
      const endpoints = [metadata.authorization_endpoint, metadata.end_session_endpoint];
      const discovered = endpoints
        .filter((url) => url !== undefined)
        .map((url) => new URL(url).origin);
      origins = [...new Set([...discovered, ...configured])];
    }
    return origins;
  };
}
