import { randomBytes, randomInt } from 'node:crypto';

const lowerCase = 'abcdefghijklmnopqrstuvwxyz0123456789';
const mixedCase = `${lowerCase}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** A word in a name that no domain prefix may have; `setup` makes its prefix of a pool's id. */
export const reservedWordIn = (name: string): string | undefined =>
  ['aws', 'amazon', 'cognito'].find((word) => name.toLowerCase().includes(word));

/** Paths of the server itself, which no pool's pages can have. */
export const reservedDomains: readonly string[] = ['health', 'assets'];

/** May a pool's pages be at this path? A prefix, or a host name of one's own. */
export const isDomain = (domain: string): boolean =>
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]+)*$/.test(domain) &&
  !reservedDomains.includes(domain);

/** The region, `_` and 9 letters or digits, good for a domain prefix too. */
export function makePoolId(region: string): string {
  const id = pick(mixedCase, 9);
  return reservedWordIn(id) !== undefined ? makePoolId(region) : `${region}_${id}`;
}

/** 26 lower-case letters or digits. */
export const makeClientId = (): string => pick(lowerCase, 26);

/** 51 lower-case letters or digits. */
export const makeClientSecret = (): string => pick(lowerCase, 51);

/**
 * Looks like a UUID, but its version and variant are not one's: clients must not check the format.
 */
export function makeSub(): string {
  const hex = randomBytes(16).toString('hex');
  const groups = [hex.slice(0, 8), hex.slice(8, 12), `70${hex.slice(14, 16)}`, hex.slice(16, 20)];
  return [...groups, hex.slice(20)].join('-');
}

/** 171 characters, as long as the nonce Cognito makes up. */
export const makeNonce = (): string => randomBytes(128).toString('base64url');

/**
 * As long as Cognito's state for an identity provider (about 1 kB), because its length is what
 * breaks providers.
 */
export const makeFederationState = (): string => randomBytes(700).toString('base64url');

/** Six digits, to be typed in. */
export const makeConfirmationCode = (): string => pick('0123456789', 6);

/** A password that any policy accepts. */
export const makeTemporaryPassword = (): string => `${pick(mixedCase, 20)}aZ7!`;

const pick = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
