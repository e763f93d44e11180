import { createHmac, randomBytes } from 'node:crypto';
import { isSame } from '../model/credentials/is-same.js';
import {
  generator,
  makeVerifier,
  toHex,
  poolNameOf,
  power,
  prime,
  sha256,
  type PasswordOwner,
  type SrpVerifier,
} from '../model/credentials/srp.js';
import { invalidParameter } from './api-error.js';

// SRP-6a: k = H(N | g).
const multiplier = hashOfHex(`${toHex(prime)}${toHex(generator)}`);

/** The server's half of an exchange that has begun, hexadecimal. `b` is to be kept to itself. */
export interface SrpOffer {
  readonly b: string;
  /** `SRP_B` */
  readonly publicB: string;
}

/**
 * Answers the client's `SRP_A`.
 * @throws {ApiError} `InvalidParameterException` for one that proves nothing
 */
export function offerSrp(publicA: string, { verifier }: SrpVerifier): SrpOffer {
  if (!/^[\da-f]{1,1024}$/i.test(publicA) || BigInt(`0x${publicA}`) % prime === 0n) {
    throw invalidParameter('Invalid SRP_A.');
  }
  const b = BigInt(`0x${randomBytes(32).toString('hex')}`);
  const v = BigInt(`0x${verifier}`);
  const publicB = (multiplier * v + power(generator, b, prime)) % prime;
  return { b: b.toString(16), publicB: publicB.toString(16) };
}

/**
 * For somebody who is not there: the same salt each time, like anybody's, and no password that goes
 * with it.
 */
export function verifierOfNobody(owner: PasswordOwner): SrpVerifier {
  const salt = createHmac('sha256', owner.poolId).update(owner.username).digest();
  return makeVerifier(randomBytes(32).toString('hex'), owner, salt.subarray(0, 16));
}

/** What the client says when it knows the password. */
export interface SrpClaim {
  /** Hexadecimal, like `b`. */
  readonly publicA: string;
  readonly b: string;
  readonly verifier: SrpVerifier;
  readonly secretBlock: string;
  /** `ddd MMM D HH:mm:ss UTC YYYY`, as it is on the wire. */
  readonly timestamp: string;
  /** Base64. */
  readonly signature: string;
}

/**
 * Does the claim prove the password? HKDF (RFC 5869) and HMAC as Cognito's own clients have them.
 */
export function isSrpProof(owner: PasswordOwner, claim: SrpClaim): boolean {
  const { publicA, b, verifier, secretBlock, timestamp } = claim;
  const [a, v, secret] = [publicA, verifier.verifier, b].map((hex) => BigInt(`0x${hex}`)) as [
    bigint,
    bigint,
    bigint,
  ];
  const publicB = (multiplier * v + power(generator, secret, prime)) % prime;
  const u = hashOfHex(`${toHex(a)}${toHex(publicB)}`);
  const session = power((a * power(v, u, prime)) % prime, secret, prime);
  const extracted = hmac(Buffer.from(toHex(u), 'hex'), Buffer.from(toHex(session), 'hex'));
  const key = hmac(extracted, 'Caldera Derived Key\u0001').subarray(0, 16);
  const expected = createHmac('sha256', key)
    .update(poolNameOf(owner.poolId))
    .update(owner.username)
    .update(Buffer.from(secretBlock, 'base64'))
    .update(timestamp)
    .digest();
  return isSame(Buffer.from(claim.signature, 'base64'), expected);
}

function hashOfHex(hex: string): bigint {
  return BigInt(`0x${sha256(Buffer.from(hex, 'hex'))}`);
}

const hmac = (key: Buffer, message: Buffer | string): Buffer =>
  createHmac('sha256', key).update(message).digest();
