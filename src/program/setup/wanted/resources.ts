import type {
  CreateResourceServerRequest,
  CreateUserPoolClientRequest,
  CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';

/*
 * What may exist at Cognito for us, in Cognito's own words. `id` is ours, and the logical id in a
 * template.
 */

export type PoolId = 'MasterPool' | 'UpstreamPool';
export type ClientId = 'SiteClient' | 'UpstreamClient' | 'MachineClient';

/**
 * The tag of pools made by `setup` or given to it: its value is our own id of the pool. Others of
 * the same name lack it.
 */
export const TAG = 'lifeguard:setup';

export interface PoolResource {
  readonly kind: 'user pool';
  readonly id: PoolId;
  readonly title: string;
  readonly properties: CreateUserPoolRequest & { readonly PoolName: string };
}

/** What is in a pool. */
interface Contained<Kind extends string, Id extends string> {
  readonly kind: Kind;
  readonly id: Id;
  readonly title: string;
  readonly pool: PoolId;
}

export interface DomainResource extends Contained<'domain', 'MasterDomain' | 'UpstreamDomain'> {
  readonly prefix: string | undefined;
  readonly managedLoginVersion: number;
}

/** Cognito's own words; the callback URLs may have to wait for a domain. */
export type ClientProperties = Omit<CreateUserPoolClientRequest, 'UserPoolId' | 'CallbackURLs'> & {
  readonly ClientName: string;
  readonly CallbackURLs?: readonly Text[];
};

export interface ClientResource extends Contained<'app client', ClientId> {
  readonly properties: ClientProperties;
}

export interface ProviderResource extends Contained<'identity provider', 'IdentityProvider'> {
  readonly properties: {
    readonly ProviderName: string;
    readonly ProviderType: 'OIDC';
    readonly ProviderDetails: Readonly<Record<string, Text>>;
    readonly AttributeMapping: Readonly<Record<string, string>>;
  };
}

export interface ResourceServerResource extends Contained<'resource server', 'ResourceServer'> {
  readonly properties: Omit<CreateResourceServerRequest, 'UserPoolId'> & {
    readonly Identifier: string;
  };
}

/** Without one, managed login shows nobody a page at the client. */
export interface StyleResource extends Contained<'style', 'SiteStyle' | 'UpstreamStyle'> {
  readonly client: ClientId;
}

export interface UserResource extends Contained<'user', 'FirstUser'> {
  readonly properties: { readonly Username: string; readonly email: string };
}

export type Resource =
  | PoolResource
  | DomainResource
  | ClientResource
  | ProviderResource
  | ResourceServerResource
  | StyleResource
  | UserResource;

/**
 * A value that exists only once something else does: Cognito makes up ids and secrets. In a plan it
 * stands for itself, in a template it becomes an intrinsic function.
 */
export interface Reference {
  readonly of: PoolId | ClientId;
  readonly what: 'issuer' | 'domainOrigin' | 'clientId' | 'clientSecret';
  /** Follows an origin. */
  readonly path?: string;
}

export type Text = string | Reference;

export const issuerOf = (of: Reference['of']): Reference => ({ of, what: 'issuer' });

export const domainOf = (of: Reference['of'], path = ''): Reference => ({
  of,
  what: 'domainOrigin',
  path,
});

export const clientIdOf = (of: Reference['of']): Reference => ({ of, what: 'clientId' });

export const clientSecretOf = (of: Reference['of']): Reference => ({ of, what: 'clientSecret' });
