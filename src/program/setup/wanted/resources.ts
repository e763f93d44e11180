import type {
  CreateResourceServerRequest,
  CreateUserPoolClientRequest,
  CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Text } from '../references.js';

/*
 * What may exist at Cognito for us, in Cognito's own words. `id` is ours, and the logical id in a template.
 */

export type PoolId = 'MasterPool' | 'UpstreamPool';
export type ClientId = 'SiteClient' | 'UpstreamClient' | 'MachineClient';

export interface PoolResource {
  readonly kind: 'user pool';
  readonly id: PoolId;
  readonly title: string;
  readonly properties: CreateUserPoolRequest & { readonly PoolName: string };
}

export interface DomainResource {
  readonly kind: 'domain';
  readonly id: 'MasterDomain' | 'UpstreamDomain';
  readonly title: string;
  readonly pool: PoolId;
  readonly prefix: string | undefined;
  readonly managedLoginVersion: number;
}

/** Cognito's own words; the callback URLs may have to wait for a domain. */
export type ClientProperties = Omit<CreateUserPoolClientRequest, 'UserPoolId' | 'CallbackURLs'> & {
  readonly ClientName: string;
  readonly CallbackURLs?: readonly Text[];
};

export interface ClientResource {
  readonly kind: 'app client';
  readonly id: ClientId;
  readonly title: string;
  readonly pool: PoolId;
  readonly properties: ClientProperties;
}

export interface ProviderResource {
  readonly kind: 'identity provider';
  readonly id: 'IdentityProvider';
  readonly title: string;
  readonly pool: PoolId;
  readonly properties: {
    readonly ProviderName: string;
    readonly ProviderType: 'OIDC';
    readonly ProviderDetails: Readonly<Record<string, Text>>;
    readonly AttributeMapping: Readonly<Record<string, string>>;
  };
}

export interface ResourceServerResource {
  readonly kind: 'resource server';
  readonly id: 'ResourceServer';
  readonly title: string;
  readonly pool: PoolId;
  readonly properties: Omit<CreateResourceServerRequest, 'UserPoolId'> & {
    readonly Identifier: string;
  };
}

/** Without one, managed login shows nobody a page at the client. */
export interface StyleResource {
  readonly kind: 'style';
  readonly id: 'SiteStyle' | 'UpstreamStyle';
  readonly title: string;
  readonly pool: PoolId;
  readonly client: ClientId;
}

export interface UserResource {
  readonly kind: 'user';
  readonly id: 'FirstUser';
  readonly title: string;
  readonly pool: PoolId;
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
