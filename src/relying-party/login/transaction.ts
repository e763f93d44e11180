import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { createSeal } from '../../sessions/sealing/seal.js';
import { clearCookie, cookieName, readCookie, readCookies, setCookie } from '../../web/cookies.js';
import { localUrl } from '../../web/request/local-url.js';
import type { StepUp } from '../session/step-up.js';

/**
 * What binds an authorization response to the request it answers, and to the browser that began it.
 */
export interface LoginTransaction {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnTo: string;
  /** What the sign-in must have been like. */
  readonly stepUp: StepUp;
  /** When the attempt began, in epoch milliseconds. */
  readonly startedAt: number;
  /** It took longer than a login may; only `returnTo` is of use still. */
  readonly isExpired: boolean;
}

/** One login transaction per attempt, in a cookie of its own; nothing is kept on the server. */
export interface LoginTransactions {
  begin(req: Request, res: Response, returnTo: string, stepUp: StepUp): LoginTransaction;
  /**
   * Finds the transaction by `state` and removes it, whatever follows.
   * @returns `undefined` for a foreign, forged, missing or already taken one
   */
  take(req: Request, res: Response, state: string): LoginTransaction | undefined;
}

export interface LoginTransactionsOptions {
  readonly secrets: readonly string[];
  readonly loginSeconds: number;
  readonly isHttps: boolean;
  readonly cookieNamespace: string;
  readonly basePath: string;
  readonly homePath: string;
  readonly now: () => number;
}

const SEED_BYTES = 16;
const TIME_BYTES = 6;
/** A late callback still finds out where the user wanted to go. */
const REMEMBERED_SECONDS = 3600;
/**
 * Together the transactions of a browser stay far below what proxies and Node accept as headers.
 */
export const MAX_TRANSACTIONS = 24;
/**
 * The longest page and its neighbours; nginx takes 8 kB for the whole Cookie header, the host's own
 * cookies too.
 */
export const MAX_TRANSACTIONS_BYTES = 4000;
/**
 * Taking a cookie away costs room in the answer, of which nginx takes 4 kB. What is left over goes
 * next time.
 */
const MAX_CLEARED = 4;
const NAME_LENGTH = 8;
const NAME = /^[\w-]{8}$/;

/**
 * A transaction is sixteen random bytes, a time and a `return_to`, sealed into a cookie named after
 * its `state`. State, nonce and code verifier are derived from the random bytes, so that twenty
 * tabs fit into one Cookie header.
 * @see RFC 9700 section 4.7; RFC 7636 section 4.1; OpenID Connect Core 1.0 section 3.1.2.1
 */
export function createLoginTransactions(options: LoginTransactionsOptions): LoginTransactions {
  const { isHttps, now } = options;
  const seal = createSeal(options.secrets, 'login transaction');
  const prefix = `${cookieName('lg-login', isHttps, options.cookieNamespace)}-`;
  const nameOf = (state: string): string => prefix + state.slice(0, NAME_LENGTH);
  /**
   * Names like ours that we never gave cannot even be taken away: they may hold what no cookie of
   * ours can.
   */
  const isOurs = (name: string): boolean =>
    name.startsWith(prefix) && NAME.test(name.slice(prefix.length));

  const open = (name: string, value: string): LoginTransaction | undefined => {
    const opened = seal.open(Buffer.from(value, 'base64url'), name);
    if (opened === undefined) return undefined;
    const startedAt = opened.readUIntBE(SEED_BYTES, TIME_BYTES);
    return {
      ...deriveFrom(opened.subarray(0, SEED_BYTES)),
      ...readWishes(opened.subarray(SEED_BYTES + TIME_BYTES).toString('utf8'), options),
      isExpired: now() - startedAt > options.loginSeconds * 1000,
      startedAt,
    };
  };

  return {
    begin(req, res, returnTo, stepUp) {
      const seed = randomBytes(SEED_BYTES);
      const transaction = deriveFrom(seed);
      const time = Buffer.alloc(TIME_BYTES);
      const startedAt = now();
      time.writeUIntBE(startedAt, 0, TIME_BYTES);
      const name = nameOf(transaction.state);
      const sealed = seal.seal(Buffer.concat([seed, time, writeWishes(returnTo, stepUp)]), name);
      const value = sealed.toString('base64url');
      const mine = Object.entries(readCookies(req)).flatMap(([each, held = '']) =>
        isOurs(each)
          ? { name: each, bytes: each.length + held.length, at: open(each, held)?.startedAt ?? 0 }
          : [],
      );
      for (const each of inExcess(mine, name.length + value.length)) {
        clearCookie(res, each, { secure: isHttps });
      }
      setCookie(res, name, value, { secure: isHttps, maxAgeSeconds: REMEMBERED_SECONDS });
      return { ...transaction, returnTo, stepUp, startedAt, isExpired: false };
    },

    take(req, res, state) {
      const name = nameOf(state);
      const value = isOurs(name) ? readCookie(req, name) : undefined;
      if (value === undefined) return undefined;
      const transaction = open(name, value);
      if (transaction?.state !== state) return undefined;
      clearCookie(res, name, { secure: isHttps });
      return transaction;
    },
  };
}

/**
 * Which transactions make room for one more. The oldest go first when there are too many. What does
 * not open counts as older still, but may be another process's, which has a newer secret: it goes
 * only for want of room.
 */
function inExcess(
  cookies: readonly { readonly name: string; readonly bytes: number; readonly at: number }[],
  bytesNeeded: number,
): string[] {
  let bytes = bytesNeeded;
  const tooMany = cookies
    .toSorted((a, b) => b.at - a.at)
    .filter((cookie, index) => {
      bytes += cookie.bytes;
      return index + 1 >= MAX_TRANSACTIONS || bytes > MAX_TRANSACTIONS_BYTES;
    });
  return tooMany.slice(-MAX_CLEARED).map(({ name }) => name);
}

/**
 * Three short lines, since each byte counts twenty times: a local URL has no line breaks, and
 * neither have the others.
 */
function writeWishes(returnTo: string, { maxAgeSeconds, acrValues }: StepUp): Buffer {
  const lines = [returnTo, maxAgeSeconds ?? '', acrValues ?? ''];
  return Buffer.from(lines.join('\n').trimEnd());
}

function readWishes(
  text: string,
  { basePath, homePath }: Pick<LoginTransactionsOptions, 'basePath' | 'homePath'>,
): Pick<LoginTransaction, 'returnTo' | 'stepUp'> {
  const [returnTo, maxAge = '', acrValues = ''] = text.split('\n');
  return {
    returnTo: localUrl(returnTo, homePath, basePath),
    stepUp: {
      maxAgeSeconds: maxAge === '' ? undefined : Number(maxAge),
      acrValues: acrValues === '' ? undefined : acrValues,
    },
  };
}

function deriveFrom(seed: Buffer): Pick<LoginTransaction, 'state' | 'nonce' | 'codeVerifier'> {
  const from = (purpose: string): string =>
    createHash('sha256').update(purpose).update(seed).digest('base64url');
  return { state: from('state'), nonce: from('nonce'), codeVerifier: from('code verifier') };
}
