import type { Settings } from '../../config/options/settings.js';
import type { SignatureAlgorithm } from '../../../tokens/algorithms.js';
import type { ClientAuthenticationMetadata } from '../../../tokens/client-authentication.js';
import type { Environment } from '../../config/from-environment.js';
import type { CheckResult } from '../findings/finding.js';
import type { UserPools, UserPoolsError } from './user-pools.js';

/** What of the OpenID provider's discovery document the checks go by. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly endSessionEndpoint: string | undefined;
  /** What it lists of client authentication, unchecked. */
  readonly clientAuthentication: ClientAuthenticationMetadata;
  /** It takes no parameters in the address of its authorization endpoint (RFC 9126 section 5). */
  readonly requiresPushedRequests: boolean;
  /** Where requests are pushed to, if there is such a place. */
  readonly pushEndpoint: string | undefined;
  /** What its tokens may be signed with. */
  readonly signatureAlgorithms: readonly SignatureAlgorithm[];
}

/** Another way to other machines than the settings say; tried where theirs leads nowhere. */
export interface OtherWay {
  /**
   * Through the proxy of the variable, or without any, or through the one of HTTPS_PROXY although
   * NO_PROXY names the host.
   */
  readonly is: 'through' | 'straight' | 'despite NO_PROXY';
  /** The variable it comes from. */
  readonly variable: string;
  readonly fetch: typeof fetch;
}

/** What doctor works with besides the settings. */
export interface DoctorParts {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  /** Absent when the user pools are not to be looked into; an error when they cannot be. */
  readonly userPools?: UserPools | UserPoolsError | undefined;
  /** Where their API is, if not at AWS. */
  readonly endpointUrl?: string | undefined;
  readonly otherWays?: readonly OtherWay[] | undefined;
  /** What the settings were read from, where it is more than they became. */
  readonly environment?: Environment | undefined;
}

/** What the checks look at, and what earlier ones have learned for later ones. */
export interface DoctorContext extends DoctorParts {
  /** As they were read; the issuer as it was meant to be, once that is certain. */
  settings: Settings;
  /** From the check of the discovery document; absent when it could not be used. */
  metadata?: ProviderMetadata;
  /** How far our clock is ahead of the issuer's, in seconds; absent when it did not say. */
  clockAheadSeconds?: number;
}

/** One or a few questions that belong together. */
export interface Check {
  /** Stable, for `--json`. */
  readonly name: string;
  readonly title: string;
  run(context: DoctorContext): Promise<CheckResult>;
}

/** An address of the site's own routes, which are below BASE_PATH. */
export const siteUrl = ({ settings }: DoctorContext, path: string): string =>
  `${settings.baseUrl}${settings.basePath}${path}`;

export const callbackOf = (context: DoctorContext): string => siteUrl(context, '/callback');

/** Where each hop of a sign-out comes back to. */
export const logoutUriOf = (context: DoctorContext): string => siteUrl(context, '/logout/continue');

/** IDENTITY_PROVIDERS with a change of one provider. */
export function changeProvider(
  { identityProviders }: Settings,
  name: string,
  change: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const changed = identityProviders.map((each) =>
    each.name === name ? { ...each, ...change } : each,
  );
  return { IDENTITY_PROVIDERS: JSON.stringify(changed) };
}
