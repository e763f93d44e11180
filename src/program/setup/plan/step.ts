import type {
  AdminCreateUserRequest,
  CreateIdentityProviderRequest,
  CreateManagedLoginBrandingRequest,
  CreateResourceServerRequest,
  CreateUserPoolClientRequest,
  CreateUserPoolDomainRequest,
  CreateUserPoolRequest,
  TagResourceRequest,
  UntagResourceRequest,
  UpdateIdentityProviderRequest,
  UpdateResourceServerRequest,
  UpdateUserPoolClientRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Resource } from '../wanted/resources.js';

/** One call to Cognito, whole. A user pool that exists is never updated: only its tags, which have calls of their own. */
export type Call =
  | { readonly operation: 'createUserPool'; readonly input: CreateUserPoolRequest }
  | { readonly operation: 'tagResource'; readonly input: TagResourceRequest }
  | { readonly operation: 'untagResource'; readonly input: UntagResourceRequest }
  | { readonly operation: 'createUserPoolDomain'; readonly input: CreateUserPoolDomainRequest }
  | { readonly operation: 'createUserPoolClient'; readonly input: CreateUserPoolClientRequest }
  | { readonly operation: 'updateUserPoolClient'; readonly input: UpdateUserPoolClientRequest }
  | { readonly operation: 'createIdentityProvider'; readonly input: CreateIdentityProviderRequest }
  | { readonly operation: 'updateIdentityProvider'; readonly input: UpdateIdentityProviderRequest }
  | { readonly operation: 'createResourceServer'; readonly input: CreateResourceServerRequest }
  | { readonly operation: 'updateResourceServer'; readonly input: UpdateResourceServerRequest }
  | {
      readonly operation: 'createManagedLoginBranding';
      readonly input: CreateManagedLoginBrandingRequest;
    }
  | { readonly operation: 'adminCreateUser'; readonly input: AdminCreateUserRequest };

/** What a step changes; never a secret. */
export interface Change {
  readonly property: string;
  /** In words, with what was there before. */
  readonly text: string;
  /** What is lost by it, in words: taken out of a list, or overwritten and not to be read again. */
  readonly removal?: string | undefined;
}

export interface Step {
  readonly resource: Resource;
  readonly action: 'create' | 'change' | 'adopt' | 'mark' | 'restore';
  readonly changes: readonly Change[];
  /** Absent while something it names does not exist yet. */
  readonly call: Call | undefined;
}

/** What one resource needs. No step: it is as it should be. */
export interface Outcome {
  readonly step?: Step | undefined;
  /** What keeps us from going on. */
  readonly problems?: readonly string[];
  /** What the operator should know, and may do. */
  readonly notes?: readonly string[];
}
