import type {
  IdentityProviderType,
  ResourceServerType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { ClientId, PoolId, StyleResource } from '../wanted/resources.js';
import type { OwnedId, Owner } from './ownership.js';

/** A pool's domain, and where it is by the pool's discovery document. */
export interface FoundDomain {
  readonly name: string;
  /** 1 = classic pages, 2 = managed login. */
  readonly managedLoginVersion: number;
  readonly origin: string;
}

interface FoundUser {
  readonly username: string;
  readonly status: string;
}

export type FoundPool = UserPoolType & { readonly Id: string };
export type FoundClient = UserPoolClientType & { readonly ClientId: string };

/** What exists, by our own ids. Absent: it does not exist. */
export type Actual = Partial<
  Record<PoolId, FoundPool> &
    Record<ClientId, FoundClient> &
    Record<StyleResource['id'], { readonly id: string }> & {
      MasterDomain: FoundDomain;
      UpstreamDomain: FoundDomain;
      IdentityProvider: IdentityProviderType;
      ResourceServer: ResourceServerType;
      FirstUser: FoundUser;
    }
> & {
  /** Whose those are that may be somebody else's. */
  readonly owners: Readonly<Partial<Record<OwnedId, Owner>>>;
  /** Of the pools, whether they have a domain or not. */
  readonly issuers: Readonly<Partial<Record<PoolId, string>>>;
  readonly secrets: Readonly<Partial<Record<ClientId, ClientSecretState>>>;
  /** Whether a client has a style, where managed login shows its pages. */
  readonly styled: Readonly<Partial<Record<ClientId, boolean>>>;
};

/**
 * `unseen`: it was rotated. Cognito shows the secret that a client was made with, for as long as it
 * is there, and no other.
 */
export type ClientSecretState = 'none' | 'shown' | 'unseen';
