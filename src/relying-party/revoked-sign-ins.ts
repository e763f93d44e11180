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
   * Until its access token would have expired. A sign-in without a name cannot be remembered. One the store does not take counts
   * in this process all the same, until the same object is added again and taken.
   * @param issuedBeforeSeconds which tokens with its `sid` are refused; default those issued until now
   */
  add(session: Ended, issuedBeforeSeconds?: number): Promise<void>;
  /** Whoever signs in again under the same `sid` gets tokens that count, also in the very second in which the last ones ended. */
  resume(signIn: Pick<Session, 'issuer' | 'sid'>, issuedAtSeconds: number): Promise<void>;
  /** @throws {RelyingPartyError} `session_store_unavailable`: whether the sign-in still stands is not known then */
  has(token: SignInOfToken): Promise<boolean>;
}

type Ended = Pick<Session, 'issuer' | 'originJti' | 'sid' | 'accessTokenExpiresAt'>;
type SignInOfToken = Pick<AccessTokenClaims, 'issuer' | 'originJti' | 'sid' | 'issuedAt'>;

export interface RevokedSignInsOptions {
  readonly store: SessionStore;
  readonly now: () => number;
}

export function createRevokedSignIns({ store, now }: RevokedSignInsOptions): RevokedSignIns {
  const marks = createMarks(store);
  /** Not in the store yet: it may be full, or away. Whoever adds one tries until it is. */
  const unsaved = new Map<Ended, number>();

  const isUnsaved = ({ issuer, originJti, sid, issuedAt = 0 }: SignInOfToken): boolean =>
    [...unsaved].some(
      ([ended, issuedBeforeSeconds]) =>
        ended.issuer === issuer &&
        ((originJti !== undefined && ended.originJti === originJti) ||
          (sid !== undefined && ended.sid === sid && issuedAt < issuedBeforeSeconds * 1000)),
    );

  return {
    async add(ended, issuedBeforeSeconds = untilNow(now())) {
      const { issuer, originJti, sid } = ended;
      const expiresAt = expiryOf(ended);
      if (expiresAt > now()) unsaved.set(ended, issuedBeforeSeconds);
      for (const each of unsaved.keys()) if (expiryOf(each) <= now()) unsaved.delete(each);
      if (!unsaved.has(ended)) return;
      if (originJti !== undefined) {
        await marks.write(originJtiMark(issuer, originJti), { text: 'ended', expiresAt });
      }
      if (sid !== undefined) {
        const name = sidMark(issuer, sid);
        const earlier = await marks.read(name);
        await marks.write(name, {
          text: String(issuedBeforeSeconds),
          expiresAt: Math.max(expiresAt, earlier?.expiresAt ?? 0),
        });
      }
      unsaved.delete(ended);
    },

    async resume({ issuer, sid }, issuedAtSeconds) {
      if (sid === undefined) return;
      const name = sidMark(issuer, sid);
      const mark = await marks.read(name);
      // An access token may be a moment older than the ID token that came with it.
      const firstThatCounts = issuedAtSeconds - 1;
      if (mark === undefined || Number(mark.text) <= firstThatCounts) return;
      await marks.write(name, { ...mark, text: String(firstThatCounts) });
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

const expiryOf = ({ accessTokenExpiresAt }: Ended): number =>
  accessTokenExpiresAt + CLOCK_TOLERANCE_SECONDS * 1000;

const originJtiMark = (issuer: string, originJti: string): string[] => [
  'ended origin_jti',
  issuer,
  originJti,
];
const sidMark = (issuer: string, sid: string): string[] => ['ended sid', issuer, sid];
