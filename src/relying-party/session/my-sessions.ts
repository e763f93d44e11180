import type { Request, Response } from 'express';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session } from '../../sessions/session.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import { moment } from '../../web/pages/moment.js';
import { sendPage } from '../../web/pages/send-page.js';
import { wantsPage } from '../../web/request/wants-page.js';
import type { RelyingPartyContext } from '../context.js';
import { describeDevice } from './device.js';
import { endSessions } from './end.js';
import { inTime, timeLeft } from './time-left.js';
import { loginUrl } from '../login/request.js';
import { logout } from '../logout/logout.js';
import { requireNotLost } from './lost-sessions.js';

/** `GET /sessions`: where this account is signed in. */
export async function sessionsPage(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const current = await context.currentSession(req, res);
  const { basePath } = context;
  if (current === undefined) {
    if (!wantsPage(req)) throw new RelyingPartyError('access_token_missing', 'no live session');
    requireNotLost(context.notesOf(req));
    return res.redirect(302, loginUrl(context, { returnTo: `${basePath}/sessions` }));
  }
  const sessions = await inTime(req, context.sessions.ofSubject(current.issuer, current.subject));
  const at = context.now();
  const html = context.render('sessions', {
    page: await context.pageContext(req, res, 'Your sessions'),
    sessions: sessions
      .toSorted((a, b) => b.lastSeenAt - a.lastSeenAt)
      .map((session) => ({
        handle: session.key,
        device: describeDevice(session.userAgent),
        isCurrent: session.key === current.key,
        isEnding: context.leftovers.has(session.key),
        since: moment(session.createdAt, at),
        lastSeen: moment(session.lastSeenAt, at),
      })),
  });
  sendPage(res, html);
}

/** `POST /sessions/:handle/end`: ends one of one's own sessions; this very one by signing out. */
export async function endOneSession(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const current = await requireCurrent(context, req, res);
  const keys = await inTime(req, context.sessions.keysOfSubject(current.issuer, current.subject));
  const chosen = keys.find((key) => key === req.params['handle']);
  // Gone already: ended elsewhere or by a second click. The page shows what is true now.
  if (chosen === current.key) return logout(context, req, res);
  if (chosen !== undefined) await endWhileThereIsTime(context, req, [chosen]);
  res.redirect(303, `${context.basePath}/sessions`);
}

/** `POST /sessions/end-others`: ends all of one's own sessions but this one. */
export async function endOtherSessions(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const current = await requireCurrent(context, req, res);
  const keys = await inTime(req, context.sessions.keysOfSubject(current.issuer, current.subject));
  const others = keys.filter((key) => key !== current.key);
  await endWhileThereIsTime(context, req, others);
  res.redirect(303, `${context.basePath}/sessions`);
}

/** What takes longer goes on without its visitor; until it is done the page shows it. */
async function endWhileThereIsTime(
  context: RelyingPartyContext,
  req: Request,
  keys: readonly string[],
): Promise<void> {
  const ending = endSessions(context, keys, 'elsewhere');
  await withinTimeLimit(ending, timeLeft(req)).catch(() => undefined);
}

async function requireCurrent(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<Session> {
  const current = await context.currentSession(req, res);
  if (current === undefined) {
    throw new RelyingPartyError('session_ended', 'ending sessions needs a live one');
  }
  return current;
}
