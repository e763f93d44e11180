import { ACCESS_TOKEN_LIFETIME_MS, MAX_LIFETIME_MS } from '../config/time-limits.js';
import type { Session } from '../sessions/session.js';
import type { SessionStore } from '../sessions/session-store.js';
import type { AccessTokenClaims } from '../tokens/claims.js';
import { CLOCK_TOLERANCE_SECONDS } from '../tokens/signed-claims.js';
import { createMarks } from './marks.js';

/**
 * Sign-ins that ended here before their access tokens did. An access token says nothing of that, but names what it came from.
 *
 * Its `origin_jti` is one sign-in, and means that one for ever. Its `sid` is the browser's session at the OP, which may outlive a
 * session of ours and begin another: then only what was issued before the end is refused.
 */
export interface RevokedSignIns {
  /**
   * Until the last access token of this name has expired: the session's own, and those of other clients, of which we know only how
   * long tokens live at most. A sign-in without a name cannot be remembered. One the store does not take counts in this process
   * all the same, until the same object is added again and taken.
   * @param issuedBeforeSeconds which tokens with its `sid` are refused, by the OP's clock; default those issued until now
   */
  add(ended: EndedSignIn, issuedBeforeSeconds?: number): Promise<void>;
  /** Whoever signs in again under the same `sid` gets tokens that count, also in the very second in which the last ones ended. */
  resume(signIn: Pick<Session, 'issuer' | 'sid'>, issuedAtSeconds: number): Promise<void>;
  /** @throws {RelyingPartyError} `session_store_unavailable`: whether the sign-in still stands is not known then */
  has(token: SignInOfToken): Promise<boolean>;
}

/** `accessTokenExpiresAt` as far as it is known; a guess that is too short does no harm. */
export type EndedSignIn = Pick<Session, 'issuer' | 'originJti' | 'sid' | 'accessTokenExpiresAt'>;
type SignInOfToken = Pick<AccessTokenClaims, 'issuer' | 'originJti' | 'sid' | 'issuedAt'>;

export interface RevokedSignInsOptions {
  readonly store: SessionStore;
  readonly now: () => number;
  /** For how long after its `exp` the API still takes a token. */
  readonly clockToleranceSeconds?: number | undefined;
}

export function createRevokedSignIns({
  store,
  now,
  clockToleranceSeconds = CLOCK_TOLERANCE_SECONDS,
}: RevokedSignInsOptions): RevokedSignIns {
  const marks = createMarks(store);
  /** Not in the store yet: it may be full, or away. Whoever adds one tries until it is. */
  const unsaved = new Map<EndedSignIn, { issuedBeforeSeconds: number; expiresAt: number }>();
  const inTurn = createTurns();

  const isUnsaved = ({ issuer, originJti, sid, issuedAt = 0 }: SignInOfToken): boolean =>
    [...unsaved].some(
      ([ended, { issuedBeforeSeconds }]) =>
        ended.issuer === issuer &&
        ((originJti !== undefined && ended.originJti === originJti) ||
          (sid !== undefined && ended.sid === sid && issuedAt < issuedBeforeSeconds * 1000)),
    );

  const expiryOf = ({ accessTokenExpiresAt }: EndedSignIn): number => {
    const known = accessTokenExpiresAt + clockToleranceSeconds * 1000;
    const expiresAt = Math.max(known, now() + ACCESS_TOKEN_LIFETIME_MS);
    return Math.min(expiresAt, now() + MAX_LIFETIME_MS);
  };

  /** Several sessions may have come from one `sid`: the mark is for all of them, whichever ended last. */
  const writeSid = async (ended: EndedSignIn): Promise<void> => {
    const { issuer, sid } = ended;
    const mark = unsaved.get(ended);
    if (sid === undefined || mark === undefined) return;
    const name = sidMark(issuer, sid);
    const earlier = await marks.read(name);
    await marks.write(name, {
      text: String(Math.max(mark.issuedBeforeSeconds, Number(earlier?.text ?? 0))),
      expiresAt: Math.max(mark.expiresAt, earlier?.expiresAt ?? 0),
    });
  };

  return {
    async add(ended, issuedBeforeSeconds = untilNow(now())) {
      const { issuer, originJti } = ended;
      const mark = unsaved.get(ended) ?? { issuedBeforeSeconds, expiresAt: expiryOf(ended) };
      unsaved.set(ended, mark);
      for (const [each, { expiresAt }] of unsaved) if (expiresAt <= now()) unsaved.delete(each);
      await Promise.all([
        inTurn(`${issuer} ${ended.sid}`, () => writeSid(ended)),
        originJti !== undefined &&
          marks.write(originJtiMark(issuer, originJti), {
            text: 'ended',
            expiresAt: mark.expiresAt,
          }),
      ]);
      unsaved.delete(ended);
    },

    async resume({ issuer, sid }, issuedAtSeconds) {
      if (sid === undefined) return;
      // An access token may be a moment older than the ID token that came with it.
      const firstThatCounts = issuedAtSeconds - 1;
      for (const [ended, mark] of unsaved) {
        if (ended.issuer !== issuer || ended.sid !== sid) continue;
        mark.issuedBeforeSeconds = Math.min(mark.issuedBeforeSeconds, firstThatCounts);
      }
      await inTurn(`${issuer} ${sid}`, async () => {
        const name = sidMark(issuer, sid);
        const mark = await marks.read(name);
        if (mark === undefined || Number(mark.text) <= firstThatCounts) return;
        await marks.write(name, { ...mark, text: String(firstThatCounts) });
      });
    },

    async has(token) {
      if (isUnsaved(token)) return true;
      const { issuer, originJti, sid, issuedAt = 0 } = token;
      const [ofOriginJti, ofSid] = await Promise.all([
        originJti === undefined ? undefined : marks.read(originJtiMark(issuer, originJti)),
        sid === undefined ? undefined : marks.read(sidMark(issuer, sid)),
      ]);
      return (
        ofOriginJti !== undefined || (ofSid !== undefined && issuedAt < Number(ofSid.text) * 1000)
      );
    },
  };
}

/** `iat` has whole seconds, so all of this one belong to what ends now. */
export const untilNow = (now: number): number => Math.floor(now / 1000) + 1;

/** A mark is read and then written: what changes one mark waits for what changed it before, or one of the two would be lost. */
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

const originJtiMark = (issuer: string, originJti: string): string[] => [
  'ended origin_jti',
  issuer,
  originJti,
];
const sidMark = (issuer: string, sid: string): string[] => ['ended sid', issuer, sid];
