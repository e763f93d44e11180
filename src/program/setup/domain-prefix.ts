// Cognito's limit is 63, and the second domain has "-upstream" behind it.
export const PREFIX: RegExp = /^[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?$/;

export const PREFIX_FIX: string =
  'use up to 54 lower-case letters, digits and dashes, no dash at either end';

/** What AWS keeps for itself, anywhere in a prefix. */
export const RESERVED_WORDS = ['aws', 'amazon', 'cognito'] as const;
