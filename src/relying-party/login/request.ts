import type { Request } from 'express';
import type { IdentityProvider } from '../provider/identity-provider.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { localUrl, writtenUrl } from '../../web/request/local-url.js';
import { queryOf } from '../../web/request/query.js';
import { callerOf } from '../../web/request/wants-page.js';
import type { RelyingPartyContext } from '../context.js';
import type { StepUp } from '../session/step-up.js';

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
 * Reads what was asked of `/login`. Only what can make a sign-in stricter, or choose among the providers we know, is taken from
 * the address: anybody can write one.
 *
 * @throws {RelyingPartyError} `prefetch_refused`, `provider_unknown`, `request_malformed`, `address_too_long`
 */
export function readLoginRequest(
  req: Request,
  {
    identityProviders,
    ...paths
  }: Pick<RelyingPartyContext, 'identityProviders' | 'basePath' | 'homePath'>,
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
 * The longest page to come back to, in characters as they are written. It travels in an address, where most characters may take three, and in a
 * cookie beside the address of the OP: nginx takes 4 kB of headers from us.
 */
export const MAX_RETURN_TO_LENGTH = 1024;
export const MAX_WRITTEN_LENGTH = 2048;

/** A page of ours; better said than forgotten, if it is too long. */
function readReturnTo(
  candidate: unknown,
  { basePath, homePath }: Pick<RelyingPartyContext, 'basePath' | 'homePath'>,
): string {
  const page = localUrl(candidate, homePath, basePath);
  if (page === homePath && typeof candidate === 'string') requireRoomFor(writtenUrl(candidate));
  requireRoomFor(page);
  return page;
}

/** This page of ours as one to come back to, or the start page. */
export function pageThatFits(
  candidate: string,
  { basePath, homePath }: Pick<RelyingPartyContext, 'basePath' | 'homePath'>,
): string {
  const page = localUrl(candidate, homePath, basePath);
  return isRoomFor(page) ? page : homePath;
}

function isRoomFor(page: string): boolean {
  const written = new URLSearchParams({ page }).toString();
  return page.length <= MAX_RETURN_TO_LENGTH && written.length <= MAX_WRITTEN_LENGTH;
}

function requireRoomFor(page: string): void {
  if (!isRoomFor(page)) {
    throw new RelyingPartyError('address_too_long', 'a sign-in could not come back to it');
  }
}

/**
 * The address of `/login` that asks for this.
 * @throws {RelyingPartyError} `address_too_long`
 */
export function loginUrl(
  { basePath }: { readonly basePath: string },
  { returnTo, provider, email: address, stepUp }: Partial<LoginRequest> & { returnTo: string },
): string {
  const page = writtenUrl(returnTo);
  requireRoomFor(page);
  const parameters = {
    provider: provider?.name,
    email: address,
    max_age: stepUp?.maxAgeSeconds?.toString(),
    acr_values: stepUp?.acrValues,
    return_to: page,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
  return `${basePath}/login?${new URLSearchParams(given).toString()}`;
}

/** A prefetch, an image or a background request must not begin a login: it would leave transactions nobody finishes. */
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
    throw new RelyingPartyError('provider_unknown', 'provider is not one of IDENTITY_PROVIDERS');
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
