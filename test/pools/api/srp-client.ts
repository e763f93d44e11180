import {
  type CognitoIdentityProviderClient,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
  RespondToAuthChallengeCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto';

/*
 * SRP-6a as a client of Cognito does it (RFC 5054; the group is also the one of RFC 3526 with 3072
 * bits), written apart from the pools' half so that the two can disagree.
 */

const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const g = 2n;

const bytes = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const even = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return even.readUInt8(0) >= 0x80 ? Buffer.concat([Buffer.of(0), even]) : even;
};
const number = (...parts: (Buffer | string)[]): bigint => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return BigInt(`0x${hash.digest('hex')}`);
};
const powMod = (base: bigint, exponent: bigint): bigint =>
  exponent === 0n
    ? 1n
    : (powMod((base * base) % N, exponent / 2n) * (exponent % 2n === 1n ? base : 1n)) % N;
const k = number(bytes(N), bytes(g));

export interface SrpSignIn {
  readonly poolId: string;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly secretHash?: string;
  /** Changes what is sent at last. */
  readonly tamper?: (responses: Record<string, string>) => Record<string, string>;
}

/** Signs in without sending the password: InitiateAuth, and the answer to its challenge. */
export async function signInWithSrp(
  sdk: CognitoIdentityProviderClient,
  { poolId, clientId, username, password, secretHash, tamper = (same) => same }: SrpSignIn,
): Promise<InitiateAuthCommandOutput> {
  const a = BigInt(`0x${randomBytes(128).toString('hex')}`);
  const A = powMod(g, a);
  const hash: Record<string, string> = secretHash === undefined ? {} : { SECRET_HASH: secretHash };
  const { ChallengeName, ChallengeParameters = {} } = await sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: username, SRP_A: A.toString(16), ...hash },
    }),
  );
  if (ChallengeName !== 'PASSWORD_VERIFIER') throw new Error(`Challenged with ${ChallengeName}`);
  const {
    SALT = '',
    SRP_B = '',
    SECRET_BLOCK = '',
    USER_ID_FOR_SRP: user = '',
  } = ChallengeParameters;

  const B = BigInt(`0x${SRP_B}`);
  const [, poolName = ''] = poolId.split('_');
  const u = number(bytes(A), bytes(B));
  const inner = createHash('sha256').update(`${poolName}${user}:${password}`).digest();
  const x = number(bytes(BigInt(`0x${SALT}`)), inner);
  const base = (((B - k * powMod(g, x)) % N) + N) % N;
  const S = powMod(base, a + u * x);
  const key = Buffer.from(hkdfSync('sha256', bytes(S), bytes(u), 'Caldera Derived Key', 16));
  const TIMESTAMP = timestamp(new Date());
  const signature = createHmac('sha256', key)
    .update(poolName)
    .update(user)
    .update(Buffer.from(SECRET_BLOCK, 'base64'))
    .update(TIMESTAMP)
    .digest('base64');
  return sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName,
      ChallengeResponses: tamper({
        USERNAME: user,
        PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: signature,
        TIMESTAMP,
        ...hash,
      }),
    }),
  );
}

/** `Tue Nov 3 09:05:07 UTC 2026` */
function timestamp(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`;
}
