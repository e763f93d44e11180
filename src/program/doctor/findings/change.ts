/** Lists of an app client that a change may add to. */
type ClientList =
  | 'CallbackURLs'
  | 'LogoutURLs'
  | 'AllowedOAuthFlows'
  | 'AllowedOAuthScopes'
  | 'SupportedIdentityProviders'
  | 'ReadAttributes'
  | 'WriteAttributes';

/**
 * A change that ends a finding, in the words of whoever is told: environment variables, or the
 * cognito-idp API.
 */
export type Change =
  | {
      readonly kind: 'environment';
      readonly set: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'app-client';
      readonly userPoolId: string;
      readonly clientId: string;
      readonly add?: Readonly<Partial<Record<ClientList, readonly string[]>>>;
      readonly set?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'identity-provider';
      readonly userPoolId: string;
      readonly name: string;
      readonly details?: Readonly<Record<string, string>>;
      /** The app client whose secret it is to have; the secret itself is in no change. */
      readonly secretOf?: {
        readonly userPoolId: string;
        readonly clientId: string;
        /** Another one is made for it, since those that there are nobody is shown. */
        readonly isNew?: boolean;
      };
      /** Pool attribute to claim; `null` takes it out. */
      readonly mapping?: Readonly<Record<string, string | null>>;
    }
  | { readonly kind: 'domain'; readonly userPoolId: string; readonly prefix: string }
  /**
   * Another secret for an app client, which is shown this once and must be written where it
   * belongs.
   */
  | { readonly kind: 'client-secret'; readonly userPoolId: string; readonly clientId: string };

/** A question to the API whose answer helps, e.g. to show a value that must be copied. */
export interface Question {
  readonly userPoolId: string;
  /** Operation of the AWS CLI. */
  readonly operation: string;
  /** Its options besides the region. */
  readonly options: Options;
}

/** By name, without the dashes; values as they are, not quoted. */
export type Options = Readonly<Record<string, string>>;
