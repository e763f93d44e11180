import type {
  AdminCreateUserRequest,
  CreateIdentityProviderRequest,
  CreateResourceServerRequest,
  CreateUserPoolClientRequest,
  CreateUserPoolDomainRequest,
  CreateUserPoolRequest,
  UpdateIdentityProviderRequest,
  UpdateResourceServerRequest,
  UpdateUserPoolClientRequest,
  UpdateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Resource } from './resources.js';

/** One call to Cognito, whole. */
export type Call =
  | { readonly operation: 'createUserPool'; readonly input: CreateUserPoolRequest }
  | { readonly operation: 'updateUserPool'; readonly input: UpdateUserPoolRequest }
  | { readonly operation: 'createUserPoolDomain'; readonly input: CreateUserPoolDomainRequest }
  | { readonly operation: 'createUserPoolClient'; readonly input: CreateUserPoolClientRequest }
  | { readonly operation: 'updateUserPoolClient'; readonly input: UpdateUserPoolClientRequest }
  | { readonly operation: 'createIdentityProvider'; readonly input: CreateIdentityProviderRequest }
  | { readonly operation: 'updateIdentityProvider'; readonly input: UpdateIdentityProviderRequest }
  | { readonly operation: 'createResourceServer'; readonly input: CreateResourceServerRequest }
  | { readonly operation: 'updateResourceServer'; readonly input: UpdateResourceServerRequest }
  | { readonly operation: 'adminCreateUser'; readonly input: AdminCreateUserRequest };

/** What a step changes, in words; never a secret. */
export interface Change {
  readonly property: string;
  readonly text: string;
}

export interface Step {
  readonly resource: Resource;
  readonly action: 'create' | 'change';
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
