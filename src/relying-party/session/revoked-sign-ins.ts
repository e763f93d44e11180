import { ACCESS_TOKEN_LIFETIME_MS, MAX_LIFETIME_MS } from '../../sessions/time-limits.js';
import type { Session } from '../../sessions/session.js';
import type { SessionStore } from '../../sessions/session-store.js';
import type { AccessTokenClaims } from '../../tokens/access/claims.js';
import { CLOCK_TOLERANCE_SECONDS } from '../../tokens/signed-claims.js';
import { createMarks, markKey, type MarkKey } from '../../sessions/replicas/marks.js';

/**
 * Sign-ins that ended here before their access tokens did. An access token says nothing of that,
 * but names what it came from.
 *
 * Its `origin_jti` is one sign-in, and means that one for ever. Its `sid` is the browser's session
 * at the OP, which may outlive a session of ours and begin another: then only what was issued
 * before the end is refused.
 */
export interface RevokedSignIns {
  /**
   * Until the last access token of this name has expired: the session's own, and those of other
   * clients, of which we know only how long tokens live at most. A sign-in without a name cannot be
   * remembered. One the store does not take counts in this process all the same, until the same
   * object is added again and taken.
   * @param issuedBeforeSeconds which tokens with its `sid` are refused, by the OP's clock; default
   *   those issued until now
   */
  add(ended: EndedSignIn, issuedBeforeSeconds?: number): Promise<void>;
  /**
   * Whoever signs in again under the same `sid` gets tokens that count, also in the very second in
   * which the last ones ended.
   */
  resume(signIn: Pick<Session, 'issuer' | 'sid'>, issuedAtSeconds: number): Promise<void>;
  /**
   * @throws {RelyingPartyError} `session_store_unavailable`: whether the sign-in still stands is
   *   not known then
   */
  has(token: SignInOfToken): Promise<boolean>;
  /** When the last one was added here, in epoch milliseconds. */
  lastEndedAt(): number;
  /** The same as `has`, of a sign-in of which only the marks are known. */
  hasMarked(marks: SignInMarks, issuedAt: number): Promise<boolean>;
}

/**
 * What a sign-in is remembered under: of one length each, whatever the OP calls it. Absent where
 * the OP gives it no such name.
 */
export interface SignInMarks {
  readonly originJti?: MarkKey | undefined;
  readonly sid?: MarkKey | undefined;
}

/** `accessTokenExpiresAt` as far as it is known; a guess that is too short does no harm. */
export type EndedSignIn = Pick<Session, 'issuer' | 'originJti' | 'sid' | 'accessTokenExpiresAt'>;
type SignInOfToken = Pick<AccessTokenClaims, 'issuer' | 'originJti' | 'sid' | 'issuedAt'>;

/** An end that the store has not taken yet. */
interface End {
  readonly of: SignInMarks;
  issuedBeforeSeconds: number;
  readonly expiresAt: number;
}

export interface RevokedSignInsOptions {
  readonly store: SessionStore;
  readonly now: () => number;
  /** For how long after its `exp` the API still takes a token. */
  readonly clockToleranceSeconds?: number | undefined;
}

export function createRevokedSignIns(options: RevokedSignInsOptions): RevokedSignIns {
  const { store, now } = options;
  const marks = createMarks(store);
  const unsaved = createUnsavedEnds(options);
  const inTurn = createTurns();
  let lastEndedAt = -Infinity;

  /**
   * Several sessions may have come from one `sid`: the mark is for all of them, whichever ended
   * last.
   */
  const writeSid = async (key: MarkKey, ended: EndedSignIn): Promise<void> => {
    const end = unsaved.get(ended);
    if (end === undefined) return;
    const earlier = await marks.read(key);
    await marks.write(key, {
      text: String(Math.max(end.issuedBeforeSeconds, Number(earlier?.text ?? 0))),
      expiresAt: Math.max(end.expiresAt, earlier?.expiresAt ?? 0),
    });
  };

  const hasMarked = async (of: SignInMarks, issuedAt: number): Promise<boolean> => {
    if (unsaved.has(of, issuedAt)) return true;
    const [ofOriginJti, ofSid] = await Promise.all([
      of.originJti && marks.read(of.originJti),
      of.sid && marks.read(of.sid),
    ]);
    return (
      ofOriginJti !== undefined || (ofSid !== undefined && issuedAt < Number(ofSid.text) * 1000)
    );
  };

  return {
    async add(ended, issuedBeforeSeconds = untilNow(now())) {
      lastEndedAt = now();
      const { of, expiresAt } = unsaved.add(ended, issuedBeforeSeconds);
      const { originJti, sid } = of;
      await Promise.all([
        sid && inTurn(sid, () => writeSid(sid, ended)),
        originJti && marks.write(originJti, { text: 'ended', expiresAt }),
      ]);
      unsaved.delete(ended);
    },

    async resume({ issuer, sid: name }, issuedAtSeconds) {
      const { sid } = marksOf({ issuer, sid: name });
      if (sid === undefined) return;
      // An access token may be a moment older than the ID token that came with it.
      const firstThatCounts = issuedAtSeconds - 1;
      unsaved.resume(sid, firstThatCounts);
      await inTurn(sid, async () => {
        const mark = await marks.read(sid);
        if (mark === undefined || Number(mark.text) <= firstThatCounts) return;
        await marks.write(sid, { ...mark, text: String(firstThatCounts) });
      });
    },

    lastEndedAt: () => lastEndedAt,
    has: (token) => hasMarked(marksOf(token), token.issuedAt ?? 0),
    hasMarked,
  };
}

/**
 * Ends that are not in the store yet: it may be full, or away. Whoever adds one tries until it is.
 */
interface UnsavedEnds {
  add(ended: EndedSignIn, issuedBeforeSeconds: number): End;
  get(ended: EndedSignIn): End | undefined;
  delete(ended: EndedSignIn): void;
  has(of: SignInMarks, issuedAt: number): boolean;
  resume(sid: MarkKey, firstThatCounts: number): void;
}

function createUnsavedEnds({
  now,
  clockToleranceSeconds = CLOCK_TOLERANCE_SECONDS,
}: RevokedSignInsOptions): UnsavedEnds {
  const ends = new Map<EndedSignIn, End>();

  const expiryOf = ({ accessTokenExpiresAt }: EndedSignIn): number => {
    const known = accessTokenExpiresAt + clockToleranceSeconds * 1000;
    const expiresAt = Math.max(known, now() + ACCESS_TOKEN_LIFETIME_MS);
    return Math.min(expiresAt, now() + MAX_LIFETIME_MS);
  };

  return {
    get: (ended) => ends.get(ended),
    delete: (ended) => void ends.delete(ended),
    add(ended, issuedBeforeSeconds) {
      const of = marksOf(ended);
      const end = ends.get(ended) ?? { of, issuedBeforeSeconds, expiresAt: expiryOf(ended) };
      ends.set(ended, end);
      for (const [each, { expiresAt }] of ends) if (expiresAt <= now()) ends.delete(each);
      return end;
    },
    has: ({ originJti, sid }, issuedAt) =>
      [...ends.values()].some(
        ({ of, issuedBeforeSeconds }) =>
          (originJti !== undefined && of.originJti === originJti) ||
          (sid !== undefined && of.sid === sid && issuedAt < issuedBeforeSeconds * 1000),
      ),
    resume(sid, firstThatCounts) {
      for (const end of ends.values()) {
        if (end.of.sid !== sid) continue;
        end.issuedBeforeSeconds = Math.min(end.issuedBeforeSeconds, firstThatCounts);
      }
    },
  };
}

/** `iat` has whole seconds, so all of this one belong to what ends now. */
export const untilNow = (now: number): number => Math.floor(now / 1000) + 1;

/**
 * A mark is read and then written: what changes one mark waits for what changed it before, or one
 * of the two would be lost.
 */
function createTurns(): (name: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(name, mine);
    try {
      await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
}

export function marksOf({
  issuer,
  originJti,
  sid,
}: Pick<Session, 'issuer'> & Partial<Pick<Session, 'originJti' | 'sid'>>): SignInMarks {
  return {
    originJti: originJti === undefined ? undefined : markKey('ended origin_jti', issuer, originJti),
    sid: sid === undefined ? undefined : markKey('ended sid', issuer, sid),
  };
}
