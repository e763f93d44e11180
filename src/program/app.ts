import express, { type Express } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { isUserPool } from '../cognito/user-pool.js';
import type { Settings } from './config/options/settings.js';
import { isLoopback } from '../relying-party/options/values.js';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { health } from './ops/health.js';
import { logEvents } from './ops/log-events.js';
import { createMetrics } from './ops/metrics.js';
import { requestLog } from './ops/request-log.js';
import { createRelyingParty } from '../relying-party/create-relying-party.js';
import { proxyOf } from '../relying-party/provider/calls/proxy.js';
import type { RelyingParty } from '../relying-party/relying-party.js';
import type { SessionStore } from '../sessions/session-store.js';
import { createSite } from './site/site.js';
import { allowOrigins } from '../web/request/cross-origin.js';
import { notFound } from '../web/pages/error-handler.js';
import { requestId } from '../web/request/request-id.js';
import { securityHeaders } from '../web/pages/security-headers.js';
import { visitorAddress } from '../web/request/visitor-address.js';
import { callerOf } from '../web/request/wants-page.js';

/** What site and relying party work with besides their settings. */
export interface SharedParts {
  readonly store: SessionStore;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Reads the client's secrets anew; default: they stay as the settings have them. */
  readonly readClientSecret?: (() => readonly string[]) | undefined;
}

/** What an app works with besides its settings. */
export interface AppParts extends SharedParts {
  readonly logger: Logger;
  /** While true `/readyz` says no, so that no new visitors are sent here; default never. */
  readonly isDraining?: (() => boolean) | undefined;
  /** How many log lines could not be written; default none. */
  readonly linesLost?: (() => number) | undefined;
  /** What `/metrics` answers with; default this process's own figures. */
  readonly renderMetrics?: (() => Promise<string>) | undefined;
}

/** The whole site, ready to be listened for. */
export interface App {
  readonly app: Express;
  readonly relyingParty: RelyingParty;
  /** This process's own figures. */
  readonly registry: Registry;
  /**
   * Lets go of connections to the OP; the store is its opener's to close.
   * @returns whether all work was finished
   */
  close(): Promise<boolean>;
}

/**
 * Puts the parts together: operations, the relying party's routes, the demonstration site, and one
 * exit for errors.
 */
export function createApp(settings: Settings, parts: AppParts): App {
  const { logger, now, isDraining = () => false } = parts;
  const relyingParty = relyingPartyFrom(settings, parts);
  const metrics = createMetrics({
    token: settings.metricsToken,
    isLocal: isLoopback(new URL(settings.baseUrl).hostname),
    linesLost: parts.linesLost ?? (() => 0),
    render: parts.renderMetrics,
  });
  metrics.count(relyingParty.events);
  logEvents(relyingParty.events, logger);
  void relyingParty.checkSecrets();

  const app = express();
  app.disable('x-powered-by');
  trustProxies(app, settings.trustProxy);
  app.use(securityHeaders({ https: settings.baseUrl.startsWith('https:') }));
  const { ping, checkSecrets } = relyingParty;
  app.use(health({ ping, checkSecrets, isDraining, logger }));
  app.use(requestId(), requestLog(logger), metrics.measureRequests);
  app.use(metrics.routes);
  const { basePath } = settings;
  if (settings.rateLimitPerMinute > 0) {
    const limited = [`${basePath}/login`, `${basePath}/callback`];
    app.use(limited, limitPerMinute(settings.rateLimitPerMinute));
  }
  if (settings.corsOrigins.length > 0) {
    app.use(`${basePath}/api`, allowOrigins(settings.corsOrigins));
  }
  if (basePath !== '') app.use(relyingParty.resourceMetadata);
  app.use(
    basePath === '' ? '/' : basePath,
    relyingParty.routes,
    createSite(relyingParty, {
      identityProviderLabel: (name) => identityProviderLabel(settings, name),
      ordersScope: settings.apiScope,
      sessionClaims: settings.sessionClaims,
      now,
    }),
  );
  app.use(notFound());
  app.use(relyingParty.errorHandler);
  const { registry } = metrics;
  return { app, relyingParty, registry, close: () => relyingParty.close() };
}

/** The relying party that the settings describe. */
export function relyingPartyFrom(
  settings: Settings,
  { store, now, readClientSecret }: SharedParts,
): RelyingParty {
  return createRelyingParty({
    issuer: settings.issuer,
    clientId: settings.clientId,
    clientSecret: settings.clientSecrets.length > 0 ? settings.clientSecrets : null,
    readClientSecret,
    clientKey: settings.clientKey === undefined ? undefined : { key: settings.clientKey },
    clientAuthentication: settings.clientAuthentication,
    userInfo: settings.userInfo,
    pushedAuthorizationRequests: settings.pushedAuthorizationRequests,
    baseUrl: settings.baseUrl,
    basePath: settings.basePath,
    cookieNamespace: settings.cookieNamespace,
    scope: settings.scope,
    identityProviders: settings.identityProviders,
    emailIsVerified: settings.emailIsVerified,
    revokeReplaced: settings.revokeReplaced,
    api: {
      groupsClaim: settings.groupsClaim,
      clientIds: settings.apiClientIds,
      issuers: settings.apiIssuers,
      audience: settings.apiAudience?.length === 0 ? undefined : settings.apiAudience,
      scopes: [settings.apiScope],
    },
    profilePath: `${settings.basePath}/profile`,
    homePath: `${settings.basePath}/`,
    loginSeconds: settings.loginSeconds,
    proxy: proxyOf(settings),
    session: {
      store,
      secrets: settings.sessionSecrets,
      idleSeconds: settings.sessionIdleSeconds,
      absoluteSeconds: settings.sessionAbsoluteSeconds,
      claims: settings.sessionClaims,
    },
    now,
  });
}

/** As Express has it, also where a proxy names the one before it with a port. */
function trustProxies(app: Express, trusted: Settings['trustProxy']): void {
  app.set('trust proxy', trusted);
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  app.set('trust proxy', (address: string | undefined, hop: number) =>
    isTrusted(visitorAddress(address ?? ''), hop),
  );
}

/**
 * A user without a provider's name came from the issuer itself: a user pool of this site, or some
 * other OpenID provider.
 */
function identityProviderLabel({ identityProviders, issuer }: Settings, name?: string): string {
  if (name !== undefined) {
    return identityProviders.find((provider) => provider.name === name)?.label ?? name;
  }
  return isUserPool(issuer) ? 'This site’s own user pool' : new URL(issuer).host;
}

/**
 * Per address, on the routes whose every request may cost the OP a call. Never on those of a
 * sign-out: nothing may keep a session alive that its owner ends, and one that is not there costs a
 * look at the store.
 *
 * People, programs and what a browser fetches by itself are counted apart: any site can put images
 * of `/login` into its pages, and whoever looks at them must still be able to sign in.
 */
function limitPerMinute(limit: number): ReturnType<typeof rateLimit> {
  return rateLimit({
    windowMs: 60_000,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Who has hung up already has no address any more.
    keyGenerator: (req) => `${callerOf(req)} ${ipKeyGenerator(visitorAddress(req.ip ?? ''))}`,
    // It would write to the console, with a stack trace, about any request that says
    // X-Forwarded-For.
    validate: false,
    handler: () => {
      throw new RelyingPartyError(
        'rate_limited',
        'RATE_LIMIT_PER_MINUTE is used up for this address',
      );
    },
  });
}
