import type { Request } from 'express';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { localUrl, writtenUrl } from '../../web/request/local-url.js';
import type { Addresses } from '../addresses.js';
import type { StepUp } from '../session/step-up.js';

/** Where a sign-in is to lead, and what it must be like. */
export interface Wish {
  readonly returnTo: string;
  readonly stepUp?: StepUp | undefined;
}

/** What a request that fails was to lead to: the way to sign in, on its error page, leads there. */
export type Wishes = WeakMap<Request, Wish>;

interface LoginChoice {
  readonly provider?: { readonly name: string } | undefined;
  readonly email?: string | undefined;
}

/**
 * The longest page to come back to, in characters as they are written. It travels in an address,
 * where most characters may take three, and in a cookie beside the address of the OP: nginx takes 4
 * kB of headers from us.
 */
export const MAX_RETURN_TO_LENGTH = 1024;
export const MAX_WRITTEN_LENGTH = 2048;

/** A page of ours; better said than forgotten, if it is too long. */
export function readReturnTo(
  candidate: unknown,
  { basePath, homePath }: Pick<Addresses, 'basePath' | 'homePath'>,
): string {
  const page = localUrl(candidate, homePath, basePath);
  if (page === homePath && typeof candidate === 'string') requireRoomFor(writtenUrl(candidate));
  requireRoomFor(page);
  return page;
}

/** This page of ours as one to come back to, or the start page. */
export function pageThatFits(
  candidate: string,
  { basePath, homePath }: Pick<Addresses, 'basePath' | 'homePath'>,
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
  { returnTo, provider, email, stepUp }: Wish & LoginChoice,
): string {
  const page = writtenUrl(returnTo);
  requireRoomFor(page);
  const parameters = {
    provider: provider?.name,
    email,
    max_age: stepUp?.maxAgeSeconds?.toString(),
    acr_values: stepUp?.acrValues,
    return_to: page,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
  return `${basePath}/login?${new URLSearchParams(given).toString()}`;
}
