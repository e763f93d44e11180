import { GROUPS_CLAIM } from '../../cognito/claims.js';

/*
 * What single values must be, for options and for the settings of a program alike. Each function
 * says what is wrong with a text, in words that complete the sentence "NAME …" and never contain
 * the text itself: it may be a secret in the wrong place.
 */

/** Whether a host name, as `URL` has it, is this machine to itself. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** Where users or secrets may be sent. */
export function problemWithUrl(value: string): string | undefined {
  if (!URL.canParse(value)) return 'is not a URL';
  const url = new URL(value);
  const isSecure =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSecure) return 'is not https (http is for localhost and 127.0.0.1 only)';
  if (url.username !== '' || url.password !== '') return 'contains a user name or password';
  if (value.includes('#')) return 'contains a fragment (#)';
  return undefined;
}

/**
 * An issuer is compared exactly with `iss`, so it stays as it is written (OpenID Connect Discovery
 * 1.0, section 4.3).
 */
export const problemWithUrlWithoutQuery = (value: string): string | undefined =>
  problemWithUrl(value) ?? (value.includes('?') ? 'contains a query (?)' : undefined);

/** The one public origin. */
export function problemWithOrigin(value: string): string | undefined {
  const problem = problemWithUrl(value);
  if (problem !== undefined) return problem;
  const { pathname, search } = new URL(value);
  const isOrigin = pathname === '/' && search === '' && !value.includes('?');
  return isOrigin ? undefined : 'has a path or query';
}

/** Where routes are mounted; empty at the root. */
export const problemWithBasePath = (value: string): string | undefined =>
  /^(?:\/[\w~-]+)*$/.test(value) ? undefined : 'is no path without a slash at its end';

/**
 * The namespace of cookies that a base path makes. Cookie names allow no slash, and a path segment
 * has no dot.
 */
export const namespaceOf = (path: string): string =>
  path.slice(1).toLowerCase().replaceAll('/', '.');

export const problemWithNamespace = (value: string): string | undefined =>
  /^[\w.-]*$/.test(value) ? undefined : 'is not one word';

/** Those of OpenID Connect. Others may have commas in them. */
const KNOWN_SCOPES = ['openid', 'email', 'profile', 'address', 'phone', 'offline_access'];

export function problemWithScope(value: string): string | undefined {
  const list = value.split(/\s+/);
  const isKnown = (part: string): boolean => KNOWN_SCOPES.includes(part);
  const joined = list.find((each) => /[,;]/.test(each) && each.split(/[,;]/).some(isKnown));
  if (joined !== undefined) {
    return `has ${joined.includes(';') ? ';' : ','} between scopes, where blanks belong`;
  }
  return list.includes('openid') ? undefined : 'does not contain openid';
}

/** As long as the keys that are made of it. */
export const LEAST_SECRET_BYTES = 32;

const DAY_SECONDS = 86_400;
/** As long as a browser keeps a cookie. */
export const MOST_SESSION_SECONDS: number = 400 * DAY_SECONDS;
export const MOST_LOGIN_SECONDS: number = DAY_SECONDS;

/**
 * Scopes and groups have members of their own; among the claims they would come in by another door.
 */
export const NOT_FURTHER_CLAIMS: readonly string[] = ['scope', 'scp', GROUPS_CLAIM];
