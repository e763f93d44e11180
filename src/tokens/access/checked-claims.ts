import { groupsOf } from '../../cognito/claims.js';
import { withCheckedEmail } from '../email.js';
import { textOf, type SignedClaims } from '../signed-claims.js';

/**
 * Where a provider writes what. A user pool has its one way; elsewhere it may be any of these, the
 * first that is there.
 */
export interface Dialect {
  readonly client: readonly string[];
  readonly scope: readonly string[];
  readonly username: readonly string[];
}

export const userPoolDialect: Dialect = {
  client: ['client_id'],
  scope: ['scope'],
  username: ['username'],
};

/**
 * RFC 9068 and Auth0; Keycloak, Auth0 and Entra 2.0; Entra 1.0; Okta. docs/api-tokens.md has the
 * table.
 */
export const otherDialects: Dialect = {
  client: ['client_id', 'azp', 'appid', 'cid'],
  scope: ['scope', 'scp'],
  username: ['username', 'preferred_username', 'upn', 'unique_name'],
};

/** What a trusted issuer's tokens may say that counts here. */
export interface Allowance {
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly claims: readonly string[];
}

/** What a token says, in our words, and no more than its issuer may speak of. */
export interface SaidByToken {
  readonly username: string | undefined;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly all: SignedClaims;
  /** Those of `all` that count where a guard asks for a claim. */
  readonly counting: SignedClaims;
}

/**
 * The client a token was issued to. Where several claims name one they must agree, or a token could
 * be two clients'.
 * @returns `undefined` when no client is named, or not one alone
 */
export function clientOf(claims: SignedClaims, { client }: Dialect): string | undefined {
  const named = client.map((name) => claims[name]).filter((value) => value !== undefined);
  const [first] = named;
  return typeof first === 'string' && named.every((each) => each === first) ? first : undefined;
}

/**
 * Reads what a token says of its bearer. A partner's token may say anything, so what it was not
 * given leave to speak of is taken out here, before any guard looks: out of the lists, and out of
 * the claims they were read from.
 *
 * @param issuer.allowance of a partner; `undefined` for our own issuer, which may speak of
 *   everything
 * @param issuer.vouchesForEmail whether an address counts of which the token does not say that it
 *   was verified
 */
export function readClaims(
  signed: SignedClaims,
  dialect: Dialect,
  {
    groupsClaim,
    allowance,
    vouchesForEmail,
  }: {
    readonly groupsClaim: string;
    readonly allowance: Allowance | undefined;
    readonly vouchesForEmail: (claims: SignedClaims) => boolean;
  },
): SaidByToken {
  const claims = withCheckedEmail(signed, vouchesForEmail(signed));
  const names = dialect.username.filter((name) => allowance?.claims.includes(name) ?? true);
  const username = firstText(claims, names);
  const scopes = scopesOf(claims, dialect);
  const groups = groupsOf(claims, groupsClaim);
  if (allowance === undefined) return { username, scopes, groups, all: claims, counting: claims };

  const kept = Object.entries(claims).flatMap(([name, value]): [string, unknown][] => {
    if (dialect.scope.includes(name)) return [[name, onlyAllowed(value, allowance.scopes)]];
    if (name === groupsClaim) return [[name, onlyAllowed(value, allowance.groups)]];
    const isKept = IDENTIFYING_CLAIMS.has(name) || allowance.claims.includes(name);
    return isKept ? [[name, value]] : [];
  });
  return {
    username,
    scopes: scopes.filter((scope) => allowance.scopes.includes(scope)),
    groups: groups.filter((group) => allowance.groups.includes(group)),
    all: Object.fromEntries(kept),
    counting: Object.fromEntries(kept.filter(([name]) => counts(name, allowance))),
  };
}

/**
 * A partner's `sub` may be that of a user of ours, and its client may be called like one: they
 * count only if its entry says so.
 */
const counts = (name: string, { claims }: Allowance): boolean =>
  name === 'iss' || !IDENTIFYING_CLAIMS.has(name) || claims.includes(name);

/** They say which token this is and grant nothing. */
const IDENTIFYING_CLAIMS: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'auth_time',
  'token_use',
  ...otherDialects.client,
]);

/** In the shape it was in: text with spaces between, or a list. */
const onlyAllowed = (value: unknown, allowed: readonly string[]): unknown =>
  Array.isArray(value)
    ? value.filter((each) => allowed.includes(each as string))
    : splitText(value)
        .filter((each) => allowed.includes(each))
        .join(' ');

/**
 * Text with spaces between (RFC 9068 section 2.2.3, Entra), or a list (Okta). A list's member with
 * a space in it is no scope.
 */
function scopesOf(claims: SignedClaims, { scope }: Dialect): string[] {
  const value = scope.map((name) => claims[name]).find((each) => each !== undefined);
  if (!Array.isArray(value)) return splitText(value);
  return value.filter((each) => typeof each === 'string' && /^[^\s]+$/.test(each)) as string[];
}

const splitText = (value: unknown): string[] =>
  typeof value === 'string' ? value.split(' ').filter(Boolean) : [];

function firstText(claims: SignedClaims, names: readonly string[]): string | undefined {
  const name = names.find((each) => textOf(claims, each) !== undefined);
  return name === undefined ? undefined : textOf(claims, name);
}
