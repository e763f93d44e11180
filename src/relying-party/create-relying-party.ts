import { requireApiAccess } from '../guards/require-api-access.js';
import { requireSession } from '../guards/require-session.js';
import { createResourceMetadata, resourceIdentifier } from '../guards/resource-metadata.js';
import { createClientSecretUse } from '../sessions/replicas/client-secret-use.js';
import { createSecretFingerprints } from '../sessions/replicas/secret-fingerprints.js';
import { createSessions } from '../sessions/sessions.js';
import { createStoreProbe } from '../sessions/store-probe.js';
import { FINISH_MS } from '../sessions/time-limits.js';
import { readClientKey } from '../tokens/client-key.js';
import { endpointsFor } from '../tokens/provider-metadata.js';
import { checkOptions, refuseFurther, text } from '../web/options/check-options.js';
import { securityHeaders } from '../web/pages/security-headers.js';
import { requestId } from '../web/request/request-id.js';
import { createBackgroundWork } from './background-work.js';
import { createErrorHandler } from './error-exit.js';
import { RelyingPartyEmitter } from './event-emitter.js';
import { INTERNALS, type Internals } from './internals.js';
import { createAuthorizationUrl } from './login/authorization-request.js';
import { callback } from './login/callback.js';
import { login } from './login/login.js';
import { loginUrl, type Wishes } from './login/return-to.js';
import { createTellStrayError } from './login/stray-errors.js';
import { createLoginTransactions } from './login/transaction.js';
import { backchannelLogout } from './logout/back-channel.js';
import { createHops } from './logout/hops.js';
import { continueLogout, logout } from './logout/logout.js';
import { createBrowserMemory } from './logout/memory.js';
import { createFindNextStop } from './logout/next-stop.js';
import { askBeforeLogout, showSignedOut } from './logout/pages.js';
import { createCurrentSignOut, createSessionAfterSignOut } from './logout/unended.js';
import { checkRelyingPartyOptions } from './options/check-options.js';
import type { RelyingPartyOptions } from './options/options.js';
import { settleOptions } from './options/settle-options.js';
import { createPages } from './pages.js';
import { createApiTokens } from './provider/api-tokens.js';
import { createOpFetch, rememberAddresses } from './provider/calls/fetch.js';
import { createProvider } from './provider/discovery.js';
import { createAddressPresence, createProviderPresence } from './provider/presence.js';
import { createRevocation } from './provider/revoke.js';
import { createClientSecrets } from './provider/secrets/client-secrets.js';
import { createSecretsWatch } from './provider/secrets/secrets-watch.js';
import { createSignInReader } from './provider/token-response.js';
import { createUserInfo } from './provider/user-info.js';
import type { RelyingParty } from './relying-party.js';
import { createRoutes, type Endpoints } from './routes.js';
import { createSessionCookie } from './session/cookie.js';
import { createCurrentSession, forHosts } from './session/current.js';
import { createSessionEnds } from './session/end.js';
import { createFreshSession } from './session/fresh.js';
import { createLeftovers } from './session/leftovers.js';
import { createLostSessions } from './session/lost-sessions.js';
import { createMySessions } from './session/my-sessions.js';
import { createRefresh } from './session/refresh/refresh.js';
import { createRevokedSignIns } from './session/revoked-sign-ins.js';

/**
 * Makes a relying party of one OpenID provider: `app.use(rp.routes)` mounts it. Nothing is asked of
 * the OP until somebody signs in.
 *
 * @throws {TypeError} for an option that cannot be right; it names the option and the fix
 */
export function createRelyingParty(
  given: RelyingPartyOptions,
  ...further: readonly []
): RelyingParty {
  refuseFurther('createRelyingParty', further);
  const options = checkRelyingPartyOptions(given);
  const op = reachProvider(options);
  const held = holdSessions(options, op);
  const seen = recognizeVisitors(options, held);
  const { background, secretsWatch } = held;

  const relyingParty: RelyingParty = {
    ...openDoors(seen),
    events: op.events,
    baseUrl: op.baseUrl,
    basePath: op.basePath,
    sessionCookieName: held.cookie.name,
    currentSession: forHosts('currentSession', seen.currentSession),
    freshSession: forHosts('freshSession', seen.freshSession),
    endSessionsOf: async (subject) => {
      checkOptions('endSessionsOf', text('give the sub of a user'), subject, 'subject');
      return background.own(held.ends.ofSubject(subject, 'operator'));
    },
    ping: createStoreProbe(options.session.store, op),
    checkSecrets: secretsWatch.check,
    close: async () => {
      const isFinished = await background.finish(FINISH_MS);
      await secretsWatch.end();
      await op.closeConnections();
      return isFinished && held.leftovers.pending() === 0;
    },
  };
  // Not enumerable: a copy of a relying party is none.
  return Object.defineProperty(relyingParty, INTERNALS, { value: seen satisfies Internals });
}

/** How the OP is reached, and what it says is read. */
function reachProvider(options: RelyingPartyOptions) {
  const settled = settleOptions(options);
  const { proxy, pushesRequests, now } = settled;
  const events = new RelyingPartyEmitter();
  const background = createBackgroundWork();
  const opFetch = createOpFetch(proxy);
  const fetch = rememberAddresses(options.fetch ?? opFetch.fetch, proxy);
  const mergesUserInfo = options.userInfo === 'merge';
  const { clientSecret, readClientSecret: read } = options;
  const secrets = [clientSecret ?? []].flat();
  const clientSecrets =
    clientSecret === null ? null : createClientSecrets({ secrets, read, now, events });
  const provider = createProvider({
    ...settled,
    option: 'issuer',
    clientSecrets,
    clientKey: options.clientKey && readClientKey(options.clientKey),
    clientAuthentication: options.clientAuthentication,
    requiredEndpoints: endpointsFor({ mergesUserInfo, pushesRequests }),
    fetch,
    events,
  });
  const reached = { ...settled, events, background, fetch, clientSecrets, provider };
  const readUserInfo = createUserInfo(reached);
  return {
    ...reached,
    closeConnections: opFetch.close,
    providerPresence: createProviderPresence(reached),
    presenceAt: createAddressPresence(reached),
    revokeTokens: createRevocation(reached),
    readUserInfo,
    signIns: createSignInReader({
      ...reached,
      keys: provider.keys,
      readUserInfo: mergesUserInfo ? readUserInfo : undefined,
    }),
  };
}

/** Where sessions are, and how they end. */
function holdSessions({ session }: RelyingPartyOptions, op: ReturnType<typeof reachProvider>) {
  const { store } = session;
  const { isHttps, cookieNamespace, idleSeconds, sessionSeconds, api } = op;
  const sessions = createSessions({ ...op, store, absoluteSeconds: sessionSeconds });
  const leftovers = createLeftovers(op);
  const { clockToleranceSeconds } = api;
  const revokedSignIns = createRevokedSignIns({ ...op, store, clockToleranceSeconds });
  const held = { ...op, sessions, leftovers, revokedSignIns };
  return {
    ...held,
    cookie: createSessionCookie(isHttps, cookieNamespace),
    memory: createBrowserMemory(op),
    ends: createSessionEnds(held),
    secretsWatch: createSecretsWatch({
      ...op,
      fingerprints: createSecretFingerprints({ ...op, store }),
      clientSecretUse: createClientSecretUse({ ...op, store }),
    }),
    lostSessions: createLostSessions({
      ...held,
      lifetimeSeconds: Math.min(idleSeconds, sessionSeconds),
    }),
  };
}

/** Who is in front of a request, and what pages are shown to them. */
function recognizeVisitors(options: RelyingPartyOptions, held: ReturnType<typeof holdSessions>) {
  const refresh = createRefresh(held);
  const currentSignOut = createCurrentSignOut(held.memory, held.ends);
  const currentSession = createSessionAfterSignOut({
    ...held,
    currentSignOut,
    currentSession: createCurrentSession({ ...held, refresh }),
  });
  const seen = { ...held, refresh, currentSignOut, currentSession };
  const wishes: Wishes = new WeakMap();
  return {
    ...seen,
    wishes,
    freshSession: createFreshSession(seen),
    pages: createPages({ ...seen, render: options.render, viewsFolder: options.viewsFolder }),
    transactions: createLoginTransactions(seen),
  };
}

/** What answers at our addresses. */
function answerRequests(seen: ReturnType<typeof recognizeVisitors>): Endpoints {
  const signingIn = {
    ...seen,
    authorizationUrl: createAuthorizationUrl(seen),
    tellStrayError: createTellStrayError(seen),
  };
  const hops = createHops(seen);
  const signingOut = { ...seen, hops, findNextStop: createFindNextStop({ ...seen, hops }) };
  const mySessions = createMySessions({
    ...seen,
    loginUrlTo: (returnTo) => loginUrl(seen, { returnTo }),
    logout: logout.bind(undefined, signingOut),
  });
  return {
    login: login.bind(undefined, signingIn),
    callback: callback.bind(undefined, signingIn),
    askBeforeLogout: askBeforeLogout.bind(undefined, signingOut),
    logout: logout.bind(undefined, signingOut),
    continueLogout: continueLogout.bind(undefined, signingOut),
    showSignedOut: showSignedOut.bind(undefined, signingOut),
    showSessions: mySessions.page,
    endOneSession: mySessions.endOne,
    endOtherSessions: mySessions.endOthers,
    backchannelLogout: backchannelLogout.bind(undefined, seen),
  };
}

/** Routes and guards, what the API says of itself, and how whatever fails is answered. */
function openDoors(seen: ReturnType<typeof recognizeVisitors>) {
  const { issuer, baseUrl, basePath, audience, api } = seen;
  const headers = securityHeaders({ https: seen.isHttps });
  const common = [requestId(), headers];
  const metadata = createResourceMetadata({
    resource: resourceIdentifier(audience, baseUrl),
    issuers: [issuer, ...(api.issuers ?? []).map((trusted) => trusted.issuer)],
    scopes: api.scopes,
    common,
    errorHandler: (error, req, res, next) => errorHandler(error, req, res, next),
  });
  const resourceMetadata = metadata.handler;
  const errorHandler = createErrorHandler({ ...seen, securityHeaders: headers, metadata });
  const ways = { ...seen, common, resourceMetadata, errorHandler };
  const routes = createRoutes(answerRequests(seen), ways);
  if (basePath === '') metadata.isBehind(routes);
  const verifyAccessToken = createApiTokens(seen);
  const resourceMetadataUrl = metadata.url;
  const guarding = { ...ways, verifyAccessToken, resourceMetadataUrl };
  return {
    routes,
    errorHandler,
    resourceMetadata,
    resourceMetadataUrl,
    verifyAccessToken,
    requireSession: requireSession.bind(undefined, guarding),
    requireApiAccess: requireApiAccess.bind(undefined, guarding),
  };
}
