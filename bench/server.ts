import type { AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import session from 'express-session';
import { createApp } from '../src/program/app.js';
import { readSettings } from '../src/program/config/from-environment.js';
import type { Settings } from '../src/program/config/options/settings.js';
import { openProcessLog } from '../src/program/ops/process-log.js';
import { openSessionStore } from '../src/sessions/stores/open-session-store.js';
import { sealingSecrets } from '../src/sessions/sealing/sealing-secrets.js';
import { createSessions } from '../src/sessions/sessions.js';
import { bearer, startPools } from '../src/testing/index.js';

/* One contender of the benchmark in a process of its own; the parent asks for its CPU time. */

const SECRET = 'a benchmark secret of more than 32 bytes';
const user = {
  sub: '7153a4e8-30b1-70c2-9f0e-1c2d3e4f5a6b',
  username: 'oidc-pool-2_a1b2c3d4',
  name: 'Alice Example',
  email: 'alice@example.com',
  groups: ['eu-west-1_Master001_oidc-pool-2'],
  scopes: ['openid', 'email', 'profile'],
  via: 'session',
};

const { app, headers } = await contender(process.argv[2] ?? '');
const server = app.listen(0, '127.0.0.1', () => {
  void announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('message', () => {
  const { user: inUser, system } = process.cpuUsage();
  process.send!({ cpu: inUser + system });
});

async function announce(url: string): Promise<void> {
  process.send!({ url, headers: headers ?? { cookie: await signedInCookie(url) } });
}

/** `headers` are absent where signing in needs the address. */
interface Contender {
  readonly app: Express;
  readonly headers?: Record<string, string>;
}

async function contender(name: string): Promise<Contender> {
  switch (name) {
    case 'express':
      return { app: bareExpress(), headers: { cookie: 'none=1' } };
    case 'express-session':
      return { app: withExpressSession() };
    case 'lifeguard-memory':
      return lifeguard('memory:');
    case 'lifeguard-sqlite':
      return lifeguard(`file:${join(mkdtempSync(join(tmpdir(), 'lifeguard-bench-')), 'sessions')}`);
    case 'lifeguard-bearer':
      return withBearer();
    default:
      throw new Error(`unknown contender ${name}`);
  }
}

function bareExpress(): Express {
  const bare = express();
  bare.get('/api/me', (_req, res) => {
    res.json(user);
  });
  return bare;
}

function withExpressSession(): Express {
  const host = express();
  host.use(session({ secret: SECRET, resave: false, saveUninitialized: false }));
  host.get('/sign-in', (req, res) => {
    Object.assign(req.session, { user, tokens: 'x'.repeat(4700) });
    res.end();
  });
  host.get('/api/me', (req, res) => {
    res.json((req.session as { user?: unknown }).user);
  });
  return host;
}

async function signedInCookie(url: string): Promise<string> {
  const answer = await fetch(`${url}/sign-in`);
  return answer.headers
    .getSetCookie()
    .map((line) => line.replace(/;.*/, ''))
    .join('; ');
}

async function lifeguard(storeUrl: string): Promise<Contender> {
  const settings = settingsFor('http://127.0.0.1:4000/eu-west-1_Master001', 'site');
  const store = await openSessionStore(storeUrl, { now: Date.now });
  const { logger } = openProcessLog(settings.logLevel);
  const sessions = createSessions({
    clientId: settings.clientId,
    store,
    secrets: sealingSecrets(settings.sessionSecrets, { ...settings, cookieNamespace: '' }),
    idleSeconds: settings.sessionIdleSeconds,
    absoluteSeconds: settings.sessionAbsoluteSeconds,
    now: Date.now,
  });
  const later = Date.now() + 3_600_000;
  const { sessionId } = await sessions.establish(
    {
      issuer: settings.issuer,
      subject: user.sub,
      username: user.username,
      name: user.name,
      email: user.email,
      unverifiedEmail: undefined,
      groups: user.groups,
      scopes: user.scopes,
      identityProvider: 'oidc-pool-2',
      originJti: 'origin',
      sid: undefined,
      authenticatedAt: Date.now(),
      acr: undefined,
      userAgent: 'bench',
    },
    {
      idToken: 'x'.repeat(1745),
      accessToken: 'x'.repeat(1077),
      refreshToken: 'x'.repeat(1852),
      nonce: undefined,
      accessTokenExpiresAt: later,
      refreshDueAt: later,
    },
  );
  const site = createApp(settings, { store, logger });
  return { app: site.app, headers: { cookie: `lifeguard=${sessionId}` } };
}

async function withBearer(): Promise<Contender> {
  const pools = await startPools({ keys: 'fixed' });
  const master = pools.pool('oidc-pool-1');
  const settings = settingsFor(master.issuer, master.client('machine').id);
  const store = await openSessionStore('memory:', { now: Date.now });
  const site = createApp(settings, { store, logger: openProcessLog('silent').logger });
  return { app: site.app, headers: { ...(await bearer(master, { client: 'machine' })) } };
}

function settingsFor(issuer: string, clientId: string): Settings {
  const read = readSettings({
    BASE_URL: 'http://localhost:3000',
    ISSUER: issuer,
    CLIENT_ID: clientId,
    CLIENT_SECRET: 'secret',
    SESSION_SECRET: SECRET,
    SESSION_STORE: 'memory:',
    LOG_LEVEL: 'silent',
  });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.settings;
}
