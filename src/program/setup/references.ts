/**
 * A value that exists only once something else does: Cognito makes up ids and secrets. In a plan it stands for itself,
 * in a template it becomes an intrinsic function.
 */
export interface Reference {
  readonly of: 'MasterPool' | 'UpstreamPool' | 'SiteClient' | 'UpstreamClient' | 'MachineClient';
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
