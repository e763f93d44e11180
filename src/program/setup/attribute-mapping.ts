/**
 * Attribute of the master pool <- claim of the second pool. `username` <- `sub` is Cognito's own doing; and without
 * `email_verified` a mapped e-mail address counts as unverified.
 */
export const attributeMapping: Readonly<Record<string, string>> = {
  email: 'email',
  email_verified: 'email_verified',
  name: 'name',
  given_name: 'given_name',
  family_name: 'family_name',
};
