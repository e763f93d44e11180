import type { Request, Response } from 'express';
import { GROUPS_CLAIM } from '../cognito/claims.js';
import { isUserPool } from '../cognito/user-pool.js';
import { FINISH_MS } from '../sessions/time-limits.js';
import { namespaceOf } from './options/values.js';
import { checkOptions, refuseFurther, text } from '../web/options/check-options.js';
import { displayNameOf } from '../sessions/session.js';
import { sealingSecrets } from '../sessions/sealing-secrets.js';
import { createSessions } from '../sessions/sessions.js';
import { createStoreProbe } from '../sessions/store-probe.js';
import type { PageContext } from '../web/pages/page-context.js';
import { readClientKey } from '../tokens/client-key.js';
import { endpointsFor } from '../tokens/provider-metadata.js';
import { createRenderer, type Render } from '../web/pages/render.js';
import { requestId } from '../web/request/request-id.js';
import { securityHeaders } from '../web/pages/security-headers.js';
import { audienceOf, createApiTokens } from './provider/api-tokens.js';
import { createBackgroundWork } from './background-work.js';
import { checkRelyingPartyOptions } from './options/check-options.js';
import { createClientSecrets } from './provider/client-secrets.js';
import { keepContext, type RelyingPartyContext } from './context.js';
import { createCurrentSession } from './session/current.js';
import { createAuthorizationUrl } from './login/authorization-request.js';
import { createProvider } from './provider/discovery.js';
import { endSessions } from './session/end.js';
import { createErrorHandler } from './error-exit.js';
import { RelyingPartyEmitter } from './event-emitter.js';
import { createFreshSession } from './session/fresh.js';
import { createAddressPresence } from './provider/calls/address-presence.js';
import { createLeftovers } from './session/leftovers.js';
import { createCurrentSignOut, withoutUnended } from './logout/unended-sessions.js';
import { createLoginTransactions } from './login/transaction.js';
import { createLogoutChainCookie } from './logout/chain-cookie.js';
import { isUnfinished } from './logout/chain.js';
import { createLostSessions } from './session/lost-sessions.js';
import { createOpFetch } from './provider/calls/fetch.js';
import type { RelyingPartyOptions } from './options/options.js';
import { createPlacesCookie } from './logout/places-cookie.js';
import type { ProxyOptions } from './provider/calls/proxy.js';
import { createProviderPresence } from './provider/presence.js';
import { createRefresh } from './session/refresh/refresh.js';
import { keepingAddresses } from './provider/calls/reason.js';
import type { RelyingParty } from './relying-party.js';
import { createRequestNotes } from './session/request-notes.js';
import { createRevokedSignIns } from './session/revoked-sign-ins.js';
import { createResourceMetadata, resourceIdentifier } from '../guards/resource-metadata.js';
import { createRoutes } from './routes.js';
import { createSecretsWatch } from './provider/secrets-watch.js';
import { createClientSecretUse } from '../sessions/replicas/client-secret-use.js';
import { createSecretFingerprints } from '../sessions/replicas/secret-fingerprints.js';
import { createTellStrayError } from './login/stray-errors.js';
import { createSessionCookie } from './session/cookie.js';
import type { RelyingPartyViews } from './views.js';

const DEFAULT_SCOPE = 'openid email profile';
const DEFAULT_LOGIN_SECONDS = 300;
const DEFAULT_IDLE_SECONDS = 1800;
const DEFAULT_ABSOLUTE_SECONDS = 28_800;

/**
 * Makes a relying party of one OpenID provider: `app.use(rp.routes)` mounts it. Nothing is asked of the OP until somebody signs in.
 *
 * @throws {TypeError} for an option that cannot be right; it names the option and the fix
 */
export function createRelyingParty(
  given: RelyingPartyOptions,
  ...further: readonly []
): RelyingParty {
  refuseFurther('createRelyingParty', further);
  const options = checkRelyingPartyOptions(given);
  const { issuer, clientId, session, basePath = '', homePath = '/', api = {} } = options;
  const baseUrl = new URL(options.baseUrl).origin;
  const cookieNamespace = options.cookieNamespace ?? namespaceOf(basePath);
  const owner = { issuer, clientId, cookieNamespace };
  const secrets = sealingSecrets(session.secrets, owner);
  const now = options.now ?? Date.now;
  const isHttps = baseUrl.startsWith('https:');
  const events = new RelyingPartyEmitter();
  const proxy = proxyFrom(options.proxy);
  const opFetch = createOpFetch(proxy);
  const fetch = keepingAddresses(options.fetch ?? opFetch.fetch, proxy);
  const mergesUserInfo = options.userInfo === 'merge';
  const pushesRequests = options.pushedAuthorizationRequests ?? false;
  const clientSecrets =
    options.clientSecret === null
      ? null
      : createClientSecrets({
          secrets: [options.clientSecret].flat(),
          read: options.readClientSecret,
          now,
          events,
        });
  const provider = createProvider({
    issuer,
    setting: 'ISSUER',
    clientId,
    clientSecrets,
    clientKey: options.clientKey && readClientKey(options.clientKey),
    clientAuthentication: options.clientAuthentication,
    requiredEndpoints: endpointsFor({ mergesUserInfo, pushesRequests }),
    fetch,
    now,
    events,
  });
  const absoluteSeconds = session.absoluteSeconds ?? DEFAULT_ABSOLUTE_SECONDS;
  const idleSeconds = session.idleSeconds ?? DEFAULT_IDLE_SECONDS;
  const sessions = createSessions({
    store: session.store,
    clientId,
    secrets,
    idleSeconds,
    absoluteSeconds,
    now,
  });
  const background = createBackgroundWork();
  const secretsWatch = createSecretsWatch({
    fingerprints: createSecretFingerprints({ store: session.store, secrets, owner, now }),
    clientSecrets,
    clientSecretUse: createClientSecretUse({ store: session.store, issuer, clientId, now }),
    background,
    events,
  });
  const revokedSignIns = createRevokedSignIns({
    store: session.store,
    now,
    clockToleranceSeconds: api.clockToleranceSeconds,
  });
  const lostSessions = createLostSessions({
    owner,
    isHttps,
    lifetimeSeconds: Math.min(idleSeconds, absoluteSeconds),
    revokedSignIns,
  });
  const parts = {
    issuer,
    clientId,
    baseUrl,
    basePath,
    homePath,
    scope: options.scope ?? DEFAULT_SCOPE,
    identityProviders: options.identityProviders ?? [],
    emailIsVerified: options.emailIsVerified ?? false,
    revokeReplaced: options.revokeReplaced ?? isUserPool(issuer),
    isUserPool: isUserPool(issuer),
    now,
    fetch,
    events,
    provider,
    authorizationUrl: createAuthorizationUrl({ provider, pushesRequests }),
    mergesUserInfo,
    background,
    providerPresence: createProviderPresence({ provider, fetch, now }),
    sessions,
    revokedSignIns,
    lostSessions,
    notesOf: createRequestNotes(),
    groupsClaim: api.groupsClaim ?? GROUPS_CLAIM,
    sessionClaims: session.claims ?? [],
    sessionCookie: createSessionCookie(isHttps, cookieNamespace),
    tellStrayError: createTellStrayError({ events, now }),
    transactions: createLoginTransactions({
      secrets,
      cookieNamespace,
      basePath,
      homePath,
      loginSeconds: options.loginSeconds ?? DEFAULT_LOGIN_SECONDS,
      isHttps,
      now,
    }),
    logoutChains: createLogoutChainCookie({
      secrets,
      cookieNamespace,
      isHttps,
      sessionSeconds: absoluteSeconds,
      now,
    }),
    places: createPlacesCookie({
      secrets,
      cookieNamespace,
      isHttps,
      sessionSeconds: absoluteSeconds,
      now,
    }),
    leftovers: createLeftovers({ background, events }),
    presenceAt: createAddressPresence({ fetch, now }),
    render: createPages(options, basePath),
  };
  const currentSignOut = createCurrentSignOut(parts);
  const currentSession = withoutUnended(
    parts,
    currentSignOut,
    createCurrentSession(parts, createRefresh(parts)),
  );
  const pageContext = async (req: Request, res: Response, title: string): Promise<PageContext> => {
    const looked = await currentSession(req, res).then(
      (found) => ({ found, isSessionKnown: true }),
      () => ({ found: undefined, isSessionKnown: false }),
    );
    return {
      title,
      basePath,
      homePath,
      profilePath: options.profilePath ?? `${basePath}/sessions`,
      signedInAs: looked.found && displayNameOf(looked.found),
      isSessionKnown: looked.isSessionKnown,
      unfinishedSignOut: isUnfinished((await currentSignOut(req, res))?.chain ?? []),
    };
  };
  const context: RelyingPartyContext = { ...parts, currentSession, currentSignOut, pageContext };

  const headers = securityHeaders({ https: isHttps });
  const audience = audienceOf(api.audience, [baseUrl]);
  const common = [requestId(), headers];
  const metadata = createResourceMetadata({
    resource: resourceIdentifier(audience, baseUrl),
    issuers: [issuer, ...(api.issuers ?? []).map((trusted) => trusted.issuer)],
    scopes: api.scopes,
    common,
    errorHandler: (error, req, res, next) => errorHandler(error, req, res, next),
  });
  const errorHandler = createErrorHandler(context, headers, metadata);

  const routes = createRoutes(context, {
    common,
    resourceMetadata: metadata.handler,
    errorHandler,
  });
  if (basePath === '') metadata.isBehind(routes);

  const relyingParty: RelyingParty = {
    routes,
    errorHandler,
    events,
    baseUrl,
    basePath,
    sessionCookieName: parts.sessionCookie.name,
    resourceMetadataUrl: metadata.url,
    resourceMetadata: metadata.handler,
    currentSession: ofARequest('currentSession', currentSession),
    freshSession: ofARequest('freshSession', createFreshSession(parts, currentSession)),
    endSessionsOf: async (subject) => {
      checkOptions('endSessionsOf', text('give the sub of a user'), subject, 'subject');
      const endAll = async (): Promise<number> =>
        endSessions(parts, await sessions.keysOfSubject(issuer, subject), 'operator');
      return background.own(endAll());
    },
    now,
    pageContext: ofARequest('pageContext', async (req, res, title: unknown) => {
      if (typeof title === 'string') return pageContext(req, res, title);
      throw new TypeError('pageContext: title is no text; give what the page is called');
    }),
    verifyAccessToken: createApiTokens(parts, api, audience),
    ping: createStoreProbe(session.store, { now }),
    checkSecrets: secretsWatch.check,
    close: async () => {
      const isFinished = await background.finish(FINISH_MS);
      await secretsWatch.end();
      await opFetch.close();
      return isFinished && parts.leftovers.pending() === 0;
    },
  };
  keepContext(relyingParty, context);
  return relyingParty;
}

/** A function for hosts that is told what it was not given, by name, and not where that is first missed. */
function ofARequest<Rest extends unknown[], Result>(
  caller: string,
  find: (req: Request, res: Response, ...rest: Rest) => Promise<Result>,
): typeof find {
  return async (req, res, ...rest) => {
    const isRequest = typeof (req as Partial<Request> | undefined)?.headers === 'object';
    if (!isRequest || typeof (res as Partial<Response> | undefined)?.setHeader !== 'function') {
      throw new TypeError(`${caller}: req or res is none; give those that the handler was given`);
    }
    return find(req, res, ...rest);
  };
}

const proxyFrom = (proxy: RelyingPartyOptions['proxy']): ProxyOptions | undefined =>
  typeof proxy === 'string' ? { url: proxy } : proxy;

/** The host's own page where it has one, else our view. */
function createPages(
  { render, viewsFolder }: RelyingPartyOptions,
  basePath: string,
): Render<RelyingPartyViews> {
  const ours = createRenderer<RelyingPartyViews>(viewsFolder, basePath);
  if (render === undefined) return ours;
  return (view, locals) => {
    const page: unknown = render[view]?.(locals);
    if (page === undefined) return ours(view, locals);
    // Of an async function there would be a promise, and an empty page.
    if (typeof page !== 'string') throw new TypeError(`render.${view} returned no text`);
    return page;
  };
}
