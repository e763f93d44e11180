import { createHash, randomBytes } from 'node:crypto';

/*
 * SRP-6a (RFC 5054) the way Cognito has it: the 3072-bit group, SHA-256, and hexadecimal numbers
 * that are padded with a zero byte where the first bit is set, as Java prints them.
 */

/** RFC 5054, appendix A: the 3072-bit group. */
export const prime: bigint = BigInt(
  `0x${[
    'FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD',
    'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED',
    'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F',
    '83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B',
    'E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510',
    '15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7',
    'ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C',
    'BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF',
  ].join('')}`,
);

export const generator = 2n;

/** Whose password it is: the name of the pool and of the user are part of what is hashed. */
export interface PasswordOwner {
  readonly poolId: string;
  readonly username: string;
}

/** What the server keeps instead of the password, both hexadecimal. */
export interface SrpVerifier {
  readonly salt: string;
  readonly verifier: string;
}

/** The verifier of a password, under a new salt unless one is given. Takes some milliseconds. */
export function makeVerifier(
  password: string,
  { poolId, username }: PasswordOwner,
  saltBytes: Buffer = randomBytes(16),
): SrpVerifier {
  const salt = toHex(BigInt(`0x${saltBytes.toString('hex')}`));
  const identity = sha256(`${poolNameOf(poolId)}${username}:${password}`);
  const x = BigInt(`0x${sha256(Buffer.from(`${salt}${identity}`, 'hex'))}`);
  return { salt, verifier: power(generator, x, prime).toString(16) };
}

/** What SRP calls the pool: the part of its id after the region. */
export const poolNameOf = (poolId: string): string => poolId.slice(poolId.indexOf('_') + 1);

/** A number in hexadecimal, whole bytes, a zero byte in front where the first bit is set. */
export function toHex(value: bigint): string {
  const hex = value.toString(16);
  const whole = hex.length % 2 === 1 ? `0${hex}` : hex;
  return /^[89a-f]/.test(whole) ? `00${whole}` : whole;
}

/** SHA-256 in hexadecimal. */
export const sha256 = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex');

/** `base ** exponent % modulus` */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
