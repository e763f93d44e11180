import { parse } from 'bowser';
import type { Request, Response } from 'express';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session } from '../../sessions/session.js';
import type { Sessions } from '../../sessions/sessions.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import { moment } from '../../web/pages/moment.js';
import { wantsPage } from '../../web/request/wants-page.js';
import type { Pages } from './pages.js';
import { requireNotLost, sessionOf, type CurrentSession } from './current.js';
import type { SessionEnds } from './end.js';
import type { Leftovers } from './leftovers.js';
import { inTime, timeLeft } from '../../sessions/time-left.js';

type Endpoint = (req: Request, res: Response) => Promise<void>;

/** Where an account is signed in, and how to end that. */
export interface MySessions {
  /** `GET /sessions` */
  readonly page: Endpoint;
  /** `POST /sessions/:handle/end`: ends one of one's own sessions; this very one by signing out. */
  readonly endOne: Endpoint;
  /** `POST /sessions/end-others`: ends all of one's own sessions but this one. */
  readonly endOthers: Endpoint;
}

export interface MySessionsOptions {
  readonly basePath: string;
  readonly now: () => number;
  readonly sessions: Pick<Sessions, 'ofSubject' | 'keysOfSubject'>;
  readonly currentSession: CurrentSession;
  readonly ends: SessionEnds;
  readonly leftovers: Pick<Leftovers, 'has'>;
  readonly pages: Pages;
  /** The address that signs in and comes back to this page of ours. */
  readonly loginUrlTo: (page: string) => string;
  readonly logout: Endpoint;
}

export function createMySessions(options: MySessionsOptions): MySessions {
  return {
    page: (req, res) => showSessions(options, req, res),
    endOne: (req, res) => endOne(options, req, res),
    endOthers: (req, res) => endOthers(options, req, res),
  };
}

async function showSessions(
  { currentSession, sessions, leftovers, pages, now, ...options }: MySessionsOptions,
  req: Request,
  res: Response,
): Promise<void> {
  const found = await currentSession(req, res);
  const current = sessionOf(found);
  if (current === undefined) {
    if (!wantsPage(req)) throw new RelyingPartyError('access_token_missing', 'no live session');
    requireNotLost(found);
    return res.redirect(302, options.loginUrlTo(ownPage(options)));
  }
  const all = await inTime(req, sessions.ofSubject(current.issuer, current.subject));
  const at = now();
  pages.show(res, 'sessions', {
    page: await pages.contextOf(req, res, 'Your sessions'),
    sessions: all
      .toSorted((a, b) => b.lastSeenAt - a.lastSeenAt)
      .map((session) => ({
        handle: session.key,
        device: describeDevice(session.userAgent),
        isCurrent: session.key === current.key,
        isEnding: leftovers.has(session.key),
        since: moment(session.createdAt, at),
        lastSeen: moment(session.lastSeenAt, at),
      })),
  });
}

async function endOne(options: MySessionsOptions, req: Request, res: Response): Promise<void> {
  const { current, keys } = await requireOwn(options, req, res);
  const chosen = keys.find((key) => key === req.params['handle']);
  // Gone already: ended elsewhere or by a second click. The page shows what is true now.
  if (chosen === current.key) return options.logout(req, res);
  if (chosen !== undefined) await endWhileThereIsTime(options, req, [chosen]);
  res.redirect(303, ownPage(options));
}

async function endOthers(options: MySessionsOptions, req: Request, res: Response): Promise<void> {
  const { current, keys } = await requireOwn(options, req, res);
  const others = keys.filter((key) => key !== current.key);
  await endWhileThereIsTime(options, req, others);
  res.redirect(303, ownPage(options));
}

const ownPage = ({ basePath }: Pick<MySessionsOptions, 'basePath'>): string =>
  `${basePath}/sessions`;

/** The live session, and the keys of all sessions of its account. */
async function requireOwn(
  { currentSession, sessions }: MySessionsOptions,
  req: Request,
  res: Response,
): Promise<{ current: Session; keys: readonly string[] }> {
  const current = sessionOf(await currentSession(req, res));
  if (current === undefined) {
    throw new RelyingPartyError('session_ended', 'ending sessions needs a live one');
  }
  const { issuer, subject } = current;
  return { current, keys: await inTime(req, sessions.keysOfSubject(issuer, subject)) };
}

/** What takes longer goes on without its visitor; until it is done the page shows it. */
async function endWhileThereIsTime(
  { ends }: Pick<MySessionsOptions, 'ends'>,
  req: Request,
  keys: readonly string[],
): Promise<void> {
  await withinTimeLimit(ends.all(keys, 'elsewhere'), timeLeft(req)).catch(() => undefined);
}

/** A User-Agent header in words a person knows: "Safari on iOS", "Chrome on Windows", "curl". */
export function describeDevice(userAgent: string): string {
  const { browser, os } = parse(userAgent === '' ? 'unknown' : userAgent);
  if (browser.name === undefined || browser.name === '') {
    return /^([\w.-]{1,30})(?:\/|$)/.exec(userAgent)?.[1] ?? 'Unknown device';
  }
  return os.name === undefined ? browser.name : `${browser.name} on ${os.name}`;
}
