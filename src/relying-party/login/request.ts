import type { Request } from 'express';
import type { IdentityProvider } from '../provider/identity-provider.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { queryOf } from '../../web/request/query.js';
import { callerOf } from '../../web/request/wants-page.js';
import type { Addresses } from '../addresses.js';
import type { StepUp } from '../session/step-up.js';
import { loginUrl, readReturnTo } from './return-to.js';

interface WithProviders {
  readonly identityProviders: readonly IdentityProvider[];
}

/** A request for `/login`, read and checked. */
export interface LoginRequest {
  readonly returnTo: string;
  readonly provider: IdentityProvider | undefined;
  readonly email: string | undefined;
  readonly stepUp: StepUp;
}

export const MAX_EMAIL_LENGTH = 254;
const MAX_AGE = /^\d{1,9}$/;
/** What fits into it. */
export const MOST_MAX_AGE_SECONDS = 999_999_999;
/** Names with one space between. */
export const ACR_VALUES: RegExp =
  /^(?=.{1,200}$)[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/**
 * Reads what was asked of `/login`. Only what can make a sign-in stricter, or choose among the
 * providers we know, is taken from the address: anybody can write one.
 *
 * @throws {RelyingPartyError} `prefetch_refused`, `provider_unknown`, `request_malformed`,
 *   `address_too_long`
 */
export function readLoginRequest(
  req: Request,
  { identityProviders, ...paths }: Addresses & WithProviders,
): LoginRequest {
  refuseUnlessOpenedByAPerson(req);
  const query = queryOf(req);
  return {
    returnTo: readReturnTo(query['return_to'], paths),
    provider: namedProvider(identityProviders, query['provider']),
    email: email(query['email']),
    stepUp: {
      maxAgeSeconds: optional('max_age', query['max_age'], MAX_AGE, Number),
      acrValues: optional('acr_values', query['acr_values'], ACR_VALUES, String),
    },
  };
}

/**
 * A prefetch, an image or a background request must not begin a login: it would leave transactions
 * nobody finishes.
 */
function refuseUnlessOpenedByAPerson(req: Request): void {
  if (callerOf(req) === 'background') {
    throw new RelyingPartyError(
      'prefetch_refused',
      'login was requested other than by opening the page',
    );
  }
}

function namedProvider(
  identityProviders: readonly IdentityProvider[],
  name: unknown,
): IdentityProvider | undefined {
  if (name === undefined) return undefined;
  const found = identityProviders.find((provider) => provider.name === name);
  if (found === undefined) {
    throw new RelyingPartyError(
      'provider_unknown',
      'provider is not one of options.identityProviders',
    );
  }
  return found;
}

function email(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' || trimmed.length > MAX_EMAIL_LENGTH ? undefined : trimmed;
}

function optional<T>(
  name: string,
  value: unknown,
  pattern: RegExp,
  convert: (text: string) => T,
): T | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && pattern.test(value)) return convert(value);
  throw new RelyingPartyError('request_malformed', `${name} of /login cannot be read`);
}

const MOVED = 'moved';

/**
 * Where `/login` goes on when it was opened on another host name than `baseUrl`, or over plain http
 * although that is https: the callback comes to `baseUrl`, and the cookie that it needs would stay
 * behind, or be refused at once. Once, with a mark: many proxies send a `Host` of their own, and
 * then it never fits.
 *
 * What else somebody wrote into the address does not come along.
 *
 * @returns `undefined` when the login can go on here
 */
export function movedToBaseUrl(
  { baseUrl, basePath }: Addresses,
  req: Request,
  request: LoginRequest,
): URL | undefined {
  const url = new URL(baseUrl + loginUrl({ basePath }, request));
  if (isHere(req, url) && !isKnownToBePlain(req, url)) return undefined;
  if (queryOf(req)[MOVED] !== undefined) return undefined;
  url.searchParams.set(MOVED, '1');
  return url;
}

/** Cookies know no ports. */
function isHere({ headers }: Request, { hostname }: URL): boolean {
  return headers.host === undefined || headers.host.toLowerCase().replace(/:\d+$/, '') === hostname;
}

/**
 * Whether the browser came without TLS to a site that has it. Our own connection does not tell,
 * since TLS ends at the proxy: only a proxy that the host trusts does, and many say nothing.
 */
function isKnownToBePlain(req: Request, { protocol }: URL): boolean {
  if (protocol !== 'https:' || (req.get('X-Forwarded-Proto') ?? '') === '') return false;
  const trusts = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return trusts(req.socket.remoteAddress ?? '', 0) && req.protocol.toLowerCase() === 'http';
}
