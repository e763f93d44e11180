import { EventEmitter } from 'node:events';
import * as fc from 'fast-check';
import type { Scheduler } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLeftovers } from '../../src/relying-party/session/leftovers.js';
import { createBackgroundWork } from '../../src/relying-party/background-work.js';
import { REFRESH_RETRIES_MS } from '../../src/sessions/time-limits.js';
import type { RelyingPartyEvents } from '../../src/relying-party/events.js';
import {
  createCurrentSession,
  sessionOf,
  type CurrentSession,
} from '../../src/relying-party/session/current.js';
import { createClientSecrets } from '../../src/relying-party/provider/secrets/client-secrets.js';
import { createProvider } from '../../src/relying-party/provider/discovery.js';
import { createSessionEnds, type SessionEnds } from '../../src/relying-party/session/end.js';
import { createRevocation } from '../../src/relying-party/provider/revoke.js';
import { createSignInReader } from '../../src/relying-party/provider/token-response.js';
import { createRefresh } from '../../src/relying-party/session/refresh/refresh.js';
import { createLostSessions } from '../../src/relying-party/session/lost-sessions.js';
import { createRevokedSignIns } from '../../src/relying-party/session/revoked-sign-ins.js';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { createSessions, type Sessions } from '../../src/sessions/sessions.js';
import { createTokenEndpoint, type TokenEndpoint } from './token-endpoint.js';

/*
 * Tabs of one account, spread over two processes that share a store, log in, ask for pages,
 * refresh, sign out and end each other in every order a scheduler can think of: each call to the
 * store and to the OP may be overtaken by any other, and some answers of the OP get lost after it
 * has rotated the refresh token.
 */

const MINUTE = 60_000;
const SECRET = 'a secret for tests only - more than 32 bytes';
const actions = ['request', 'request', 'request', 'signOut', 'endOthers', 'login'] as const;
type Action = (typeof actions)[number];

/** A round: what each tab does, all at once, and how long nothing happens afterwards. */
const round = fc.record({
  tabs: fc.array(fc.array(fc.constantFrom<Action>(...actions), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  }),
  minutesAfter: fc.constantFrom(0, 1, 9, 11, 29, 31, 200),
});

describe('sessions under any schedule', () => {
  it('never revive, never get lost, and never leave a dead name in the index', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(round, { minLength: 1, maxLength: 4 }),
        // Fewer than a process tries again by itself.
        fc.array(fc.boolean(), { maxLength: REFRESH_RETRIES_MS.length }),
        play,
      ),
      { numRuns: 1500 },
    );
  });
});

/** What the test knows from what was acknowledged. */
interface Known {
  readonly logins: {
    readonly sessionId: string;
    readonly key: string;
    readonly signIn: symbol;
    lastSeenAt: number;
  }[];
  /** Keys of sessions somebody has begun to end, perhaps before their login was acknowledged. */
  readonly ending: Set<string>;
  /** Keys of sessions whose end was acknowledged. */
  readonly over: Set<string>;
}

async function play(
  scheduler: Scheduler,
  rounds: readonly { tabs: readonly (readonly Action[])[]; minutesAfter: number }[],
  losses: readonly boolean[],
): Promise<void> {
  let time = 1_700_000_000_000;
  const now = (): number => time;
  const memory = new MemoryStore({ now });
  const left = [...losses];
  const op = createTokenEndpoint({ now, isLost: () => left.shift() ?? false });
  const processes = [0, 1].map(() =>
    createProcess(scheduled(memory, scheduler), op, scheduler, now),
  );
  const known: Known = { logins: [], ending: new Set(), over: new Set() };
  const start = time;

  for (const { tabs, minutesAfter } of rounds) {
    const playing = tabs.map(async (tab, index) => {
      const process = processes[index % processes.length]!;
      for (const action of tab) await act(process, action, known, index, now);
    });
    await scheduler.waitFor(Promise.all(playing));
    await scheduler.waitIdle();
    await scheduler.waitFor(checkQuiet(processes[0]!, memory, known, now, start));
    time += minutesAfter * MINUTE;
  }
  await memory.close();
}

interface Process {
  readonly sessions: Sessions;
  readonly ends: SessionEnds;
  readonly op: TokenEndpoint;
  readonly currentSession: CurrentSession;
}

async function act(
  { sessions, ends, op, currentSession }: Process,
  action: Action,
  { logins, ending, over }: Known,
  tab: number,
  now: () => number,
): Promise<void> {
  const mine = logins.filter((_, index) => index % 4 === tab % 4).at(-1) ?? logins[0];
  if (action === 'login' || mine === undefined) {
    const dueAt = now() + 9 * MINUTE;
    const signIn = Symbol('sign-in');
    const { sessionId, session } = await sessions.establish(alice(op.issuer), {
      idToken: 'id',
      accessToken: 'access',
      refreshToken: op.issue(signIn),
      nonce: undefined,
      accessTokenExpiresAt: now() + 10 * MINUTE,
      refreshDueAt: dueAt,
    });
    logins.push({ sessionId, key: session.key, signIn, lastSeenAt: now() });
    return;
  }

  const wasOver = over.has(mine.key);
  const req = { sessionId: mine.sessionId, headers: {} };
  const session = sessionOf(await currentSession(req as never, {} as never));
  expect(wasOver && session !== undefined, 'a signed-out session answered').toBe(false);
  if (session === undefined) {
    const isIdle = now() - mine.lastSeenAt >= 27 * MINUTE;
    expect(ending.has(mine.key) || isIdle, 'a live session was not found').toBe(true);
    return;
  }
  mine.lastSeenAt = now();
  if (action === 'signOut') {
    ending.add(mine.key);
    await ends.one(session, 'logout');
    over.add(mine.key);
  } else if (action === 'endOthers') {
    const others = (await sessions.ofSubject(session.issuer, session.subject)).filter(
      ({ key }) => key !== session.key,
    );
    for (const { key } of others) ending.add(key);
    await ends.all(
      others.map(({ key }) => key),
      'elsewhere',
    );
    for (const { key } of others) over.add(key);
  }
}

/**
 * When nothing is going on: what was ended is gone, what was not is there, and the index agrees.
 */
async function checkQuiet(
  { sessions, op }: Process,
  memory: MemoryStore,
  { logins, ending }: Known,
  now: () => number,
  start: number,
): Promise<void> {
  const listed = new Set<string>();
  for (const login of logins) {
    const { key, lastSeenAt, signIn } = login;
    const stored = await memory.read(key);
    if (ending.has(key)) {
      expect(stored, 'an ended session is in the store').toBeUndefined();
      expect(op.hasGoodToken(signIn), 'a token of an ended session is good').toBe(false);
    }
    const isFresh = now() - lastSeenAt < 27 * MINUTE && now() - start < 8 * 60 * MINUTE;
    if (!ending.has(key) && isFresh) expect(stored, 'a login was lost').toBeDefined();
    if (stored !== undefined) listed.add(key);
  }
  const found = await sessions.ofSubject(op.issuer, 'alice');
  expect(new Set(found.map(({ key }) => key))).toEqual(listed);
}

function createProcess(
  store: SessionStore,
  op: TokenEndpoint,
  scheduler: Scheduler,
  now: () => number,
): Process {
  const events = new EventEmitter<RelyingPartyEvents>();
  const later: typeof fetch = scheduler.scheduleFunction(op.fetch as never) as never;
  const { issuer } = op;
  // Pauses are as long as the scheduler likes; the process is not about to stop.
  const background = {
    ...createBackgroundWork(),
    pause: () => scheduler.schedule(Promise.resolve(true), 'pause'),
  };
  const client = { issuer, clientId: 'site', now, fetch: later, events, background };
  const provider = createProvider({
    ...client,
    option: 'issuer',
    clientSecrets: createClientSecrets({ secrets: ['secret'], now, events }),
  });
  const sessions = createSessions({
    clientId: 'site',
    store,
    secrets: [SECRET],
    idleSeconds: 1800,
    absoluteSeconds: 28_800,
    now,
  });
  const signIns = createSignInReader({
    ...client,
    isUserPool: false,
    keys: provider.keys,
    readUserInfo: undefined,
    groupsClaim: 'groups',
    sessionClaims: [],
    emailIsVerified: false,
    identityProviders: [],
  });
  const held = {
    ...client,
    provider,
    sessions,
    signIns,
    identityProviders: [],
    leftovers: createLeftovers({ background, events }),
    revokedSignIns: createRevokedSignIns({ store, now }),
    revokeTokens: createRevocation({ provider, background, events }),
  };
  const ends = createSessionEnds(held);
  const currentSession = createCurrentSession({
    ...held,
    refresh: createRefresh({ ...held, ends }),
    lostSessions: createLostSessions({
      owner: { issuer: 'https://op.example', clientId: 'site', cookieNamespace: '' },
      isHttps: false,
      lifetimeSeconds: 1800,
      revokedSignIns: createRevokedSignIns({ store, now }),
    }),
    cookie: {
      name: 'lifeguard',
      read: (req: unknown) => (req as { sessionId: string }).sessionId,
      write: () => undefined,
      clear: () => undefined,
    },
  });
  return { sessions, ends, op, currentSession };
}

/** The store with each of its answers, and the moment it acts, at the scheduler's mercy. */
function scheduled(store: SessionStore, scheduler: Scheduler): SessionStore {
  return new Proxy(store, {
    get(target, name: keyof SessionStore) {
      const method = target[name] as (...given: unknown[]) => Promise<unknown>;
      return async (...given: unknown[]) => {
        await scheduler.schedule(Promise.resolve(), name);
        const answer = await method.apply(target, given);
        await scheduler.schedule(Promise.resolve(), `${name} answers`);
        return answer;
      };
    },
  });
}

const alice = (issuer: string) => ({
  issuer,
  subject: 'alice',
  username: 'alice',
  name: undefined,
  email: undefined,
  unverifiedEmail: undefined,
  groups: [],
  scopes: [],
  identityProvider: undefined,
  originJti: undefined,
  sid: undefined,
  authenticatedAt: undefined,
  acr: undefined,
  userAgent: '',
});
