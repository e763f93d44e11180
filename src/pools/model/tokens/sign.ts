import { CompactSign } from 'jose';
import { foreignKey, type SigningKey } from '../credentials/keys.js';

/** What is wrong with a token. */
export interface TokenFault {
  /**
   * Replaces claims after minting (`null` takes one away) and signs the result with the right key.
   */
  readonly claims?: Record<string, unknown>;
  /** `foreign-key` keeps the right `kid`; `none` is `alg: none` with an empty signature. */
  readonly signature?: 'foreign-key' | 'corrupt' | 'none';
  /** Signs with a foreign key under this `kid`. */
  readonly kid?: string;
}

/**
 * A token of these claims, less those that are `undefined` or `null`; a fault makes it a bad one.
 */
export async function sign(
  key: SigningKey,
  minted: object,
  fault: TokenFault = {},
): Promise<string> {
  const claims = Object.fromEntries(
    Object.entries({ ...minted, ...fault.claims }).filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  );
  // Cognito escapes slashes, and parsers have stumbled over that.
  const payload = Buffer.from(JSON.stringify(claims).replaceAll('/', String.raw`\/`));
  if (fault.signature === 'none') return withoutSignature(key.kid, payload);

  const isForeign = fault.signature === 'foreign-key' || fault.kid !== undefined;
  const token = await new CompactSign(payload)
    .setProtectedHeader({ kid: fault.kid ?? key.kid, alg: 'RS256' })
    .sign((isForeign ? foreignKey : key).privateKey());
  return fault.signature === 'corrupt' ? withCorruptSignature(token) : token;
}

function withoutSignature(kid: string, payload: Buffer): string {
  const header = Buffer.from(JSON.stringify({ kid, alg: 'none' }));
  return `${header.toString('base64url')}.${payload.toString('base64url')}.`;
}

function withCorruptSignature(token: string): string {
  const [header, payload, signature] = token.split('.');
  const bytes = Buffer.from(signature ?? '', 'base64url');
  bytes[0] = bytes.readUInt8(0) ^ 0xff;
  return `${header}.${payload}.${bytes.toString('base64url')}`;
}
