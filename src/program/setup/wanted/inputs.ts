/** What the operator wants, checked. */
export interface SetupInputs {
  /** Public origin of the site. */
  readonly baseUrl: string;
  /** All of the site is below it, e.g. `/shop`; empty: at the root. */
  readonly basePath: string;
  readonly masterName: string;
  /** Also what the identity provider is called in the master pool. */
  readonly upstreamName: string;
  /**
   * Of the master pool's domain; the second pool's has `-upstream` behind it. Without it both are
   * made from the pools' ids.
   */
  readonly domainPrefix: string | undefined;
  /** Instead of a second pool: an OpenID provider that exists, whatever it is. */
  readonly upstream: ExistingUpstream | undefined;
  /**
   * What people read on the button of the upstream, and while it is signed out of; `undefined`:
   * what `.env` has, or a word.
   */
  readonly label: string | undefined;
  /** Cognito's newer pages, with a style for each client that people see. */
  readonly withManagedLogin: boolean;
  /** Also a scope for the API, and a client for machines that may ask for it. */
  readonly withApi: boolean;
  readonly user: { readonly username: string; readonly email: string } | undefined;
}

/** An OpenID provider that is not ours to set up, and the master pool's client there. */
export interface ExistingUpstream {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where it has one; else nobody can be signed out there by us. */
  readonly endSessionEndpoint: string | undefined;
  /** Of another user pool, which is signed out of in Cognito's own way. */
  readonly poolDomain: string | undefined;
}

/** Where a provider that people were signed out of sends them back to. */
export const afterSignOut = ({ baseUrl, basePath }: SetupInputs): string =>
  `${baseUrl}${basePath}/logout/continue`;

// Cognito's limit is 63, and the second domain has "-upstream" behind it.
export const PREFIX: RegExp = /^[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?$/;

export const PREFIX_FIX: string =
  'use up to 54 lower-case letters, digits and dashes, no dash at either end';

/** What AWS keeps for itself, anywhere in a prefix. */
export const RESERVED_WORDS = ['aws', 'amazon', 'cognito'] as const;
