import { decodeJwt } from 'jose';
import { MOST_SESSION_SECONDS } from '../relying-party/options/values.js';
import {
  checkOptions,
  listOf,
  option,
  optional,
  optionsOf,
  refuseFurther,
  seconds,
  text,
} from '../web/options/check-options.js';
import { internalsOf, type Internals } from '../relying-party/internals.js';
import type { RelyingParty } from '../relying-party/relying-party.js';
import type { Session, SessionTokens, SignedIn } from '../sessions/session.js';

/** Whom to sign in. Everything has a default: alice, without groups, with the scope `openid`. */
export interface TestUser {
  /**
   * Claims of the ID token: `sub`, `name`, `email`, `auth_time`, or any other, for
   * `req.auth.claims`. An `email` given here is a verified one, unless `email_verified` says
   * otherwise.
   */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  readonly groups?: readonly string[] | undefined;
  /** Default those of `tokens`. */
  readonly scopes?: readonly string[] | undefined;
  /**
   * As `pool.tokens(…)` gives them, for tests of refresh and sign-out; default tokens no pool
   * knows.
   */
  readonly tokens?: PoolTokens | undefined;
}

interface PoolTokens {
  readonly idToken: string;
  readonly accessToken: string;
  /** Default none: the session then ends by its own limits. */
  readonly refreshToken?: string | undefined;
  readonly expiresIn: number;
}

const someClaims = option(
  (value) => (typeof value === 'object' && value !== null ? undefined : 'is no object'),
  'give claims by their names',
);
const names = listOf(text('give names'), 'give a list of names');

const testUser = optionsOf<TestUser>(
  {
    claims: optional(someClaims),
    groups: optional(names),
    scopes: optional(names),
    tokens: optional(
      optionsOf<PoolTokens>(
        {
          idToken: text('give one'),
          accessToken: text('give one'),
          refreshToken: optional(text('give one')),
          expiresIn: seconds(0, MOST_SESSION_SECONDS),
        },
        'give what pool.tokens(…) resolved to',
      ),
    ),
  },
  'give { claims, groups, scopes, tokens }, or leave it out',
);

const cookieHolder = optional(
  option((value) => {
    return typeof (value as Partial<CookieHolder> | null)?.set === 'function'
      ? undefined
      : 'is none';
  }, 'give e.g. supertest.agent(app)'),
);

/** Somebody signed in, as if by a browser. */
export interface SignedInUser {
  /** The value of a Cookie header. */
  readonly cookie: string;
  /**
   * For `supertest(app).get(…).set(user.headers)`, `fetch(url, { headers })` and their like. They
   * say that a page of ours sends the request, as unsafe methods must; another `origin` is another
   * site.
   */
  readonly headers: { readonly cookie: string; readonly origin: string };
  /** For Playwright's `context.addCookies([user.browserCookie])`. */
  readonly browserCookie: {
    readonly name: string;
    readonly value: string;
    readonly url: string;
    readonly httpOnly: true;
    readonly sameSite: 'Lax';
  };
  readonly session: Session;
  /**
   * Ends the session as a sign-out in another browser would: this one's cookie stays and is worth
   * nothing.
   */
  signOutElsewhere(): Promise<void>;
  /** Makes the tokens due for refresh; the next request asks the pool for new ones. */
  expireTokens(): Promise<void>;
}

/** A supertest agent, or anything else that keeps headers for later requests. */
export interface CookieHolder {
  set(header: string, value: string): unknown;
}

/**
 * Signs somebody in at the relying party without any flow: a session as a login would make it, in
 * milliseconds.
 *
 * @param agent `supertest.agent(app)`: gets the cookie for all its requests
 * @throws {TypeError} when `relyingParty` was not made by `createRelyingParty`, and for an option
 *   that cannot be meant
 */
export async function signedIn(
  relyingParty: RelyingParty,
  user: TestUser = {},
  agent?: CookieHolder,
  ...further: readonly []
): Promise<SignedInUser> {
  refuseFurther('signedIn', further);
  const internals = internalsOf(relyingParty, 'signedIn');
  checkOptions('signedIn', testUser, user, 'user');
  checkOptions('signedIn', cookieHolder, agent, 'agent');
  const { sessions, now, ends } = internals;
  const { baseUrl, sessionCookieName: name } = relyingParty;
  const established = await sessions.establish(
    whoIs(internals, user, now()),
    tokensOf(user, now()),
  );
  let { session } = established;
  const cookie = `${name}=${established.sessionId}`;
  const headers = { cookie, origin: baseUrl };
  for (const [header, value] of Object.entries(headers)) agent?.set(header, value);
  return {
    cookie,
    headers,
    browserCookie: {
      name,
      value: established.sessionId,
      url: baseUrl,
      httpOnly: true,
      sameSite: 'Lax',
    },
    session,
    signOutElsewhere: async () => {
      await (
        await ends.one(session, 'elsewhere')
      ).revocation;
    },
    expireTokens: async () => {
      const tokens = await sessions.tokens(session);
      if (tokens === undefined) throw new Error('The session has ended already');
      const due = { refreshDueAt: now(), accessTokenExpiresAt: now() };
      session = (await sessions.replaceTokens(session, { ...tokens, ...due })) ?? session;
    },
  };
}

/**
 * As a login would read the same claims; but the session keeps all of them, not only those of
 * `session.claims`.
 */
function whoIs(
  { signIns, groupsClaim }: Pick<Internals, 'signIns' | 'groupsClaim'>,
  user: TestUser,
  at: number,
): SignedIn {
  const claims: Readonly<Record<string, unknown>> = {
    auth_time: Math.floor(at / 1000),
    ...(user.tokens === undefined ? ALICE : decodeJwt(user.tokens.idToken)),
    ...(user.claims?.['email'] !== undefined && { email_verified: true }),
    ...user.claims,
    ...(user.groups && { [groupsClaim]: user.groups }),
  };
  const { sub } = claims;
  const subject = typeof sub === 'string' ? sub : ALICE.sub;
  const scopes = user.scopes ?? scopesOfTokens(signIns, user);
  return signIns.describe({ subject, all: claims }, scopes, undefined, Object.keys(claims));
}

function scopesOfTokens(signIns: Internals['signIns'], { tokens }: TestUser): readonly string[] {
  const openid = ['openid'];
  if (tokens === undefined) return openid;
  return signIns.scopesOf({ access_token: tokens.accessToken, token_type: 'bearer' }, openid);
}

const ALICE = {
  sub: 'alice',
  name: 'Alice Example',
  email: 'alice@example.com',
  email_verified: true,
};
const HOUR_SECONDS = 3600;

/** Without tokens of a pool there is no refresh token: the session then ends by its own limits. */
function tokensOf({ tokens }: TestUser, at: number): SessionTokens {
  const expiresAt = at + (tokens?.expiresIn ?? HOUR_SECONDS) * 1000;
  return {
    idToken: tokens?.idToken ?? 'made-by-the-test-kit',
    accessToken: tokens?.accessToken ?? 'made-by-the-test-kit',
    refreshToken: tokens?.refreshToken,
    nonce: undefined,
    accessTokenExpiresAt: expiresAt,
    refreshDueAt: expiresAt,
  };
}
