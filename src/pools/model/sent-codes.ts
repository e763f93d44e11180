import { makeConfirmationCode } from './identifiers.js';
import type { PoolUser, SentCode } from './pool-state.js';
import type { UserPool } from './user-pool.js';

const validForMs: Record<SentCode['purpose'], number> = {
  invitation: 365 * 86_400_000,
  'sign-up': 86_400_000,
  'forgotten password': 3_600_000,
};

/** Where a code would have gone. */
export interface CodeDelivery {
  readonly Destination: string;
  readonly DeliveryMedium: 'EMAIL' | 'SMS';
  readonly AttributeName: 'email' | 'phone_number';
}

/**
 * Keeps what AWS would have sent to a user by mail or text message; whoever runs the pools can look
 * it up. A later code replaces an earlier one of the same purpose.
 *
 * @param code made up when absent
 */
export function sendCode(
  pool: UserPool,
  user: PoolUser,
  purpose: SentCode['purpose'],
  now: number,
  code: string = makeConfirmationCode(),
): CodeDelivery {
  const { username, attributes } = user;
  const attribute = attributes['email'] ? 'email' : 'phone_number';
  const expiresAt = now + validForMs[purpose];
  pool.sentCodes.set(keyOf(username, purpose), { username, purpose, attribute, code, expiresAt });
  return delivery(attribute, attributes[attribute] ?? '');
}

/** Takes a code that was typed in. It works once. */
export function takeCode(
  pool: UserPool,
  { username }: PoolUser,
  purpose: SentCode['purpose'],
  { code, now }: { code: string; now: number },
): SentCode | 'wrong' | 'expired' {
  const sent = pool.sentCodes.get(keyOf(username, purpose));
  if (sent === undefined || sent.code !== code) return 'wrong';
  if (now > sent.expiresAt) return 'expired';
  pool.sentCodes.delete(keyOf(username, purpose));
  return sent;
}

/** Where a code for an address goes, most of it hidden as AWS does. */
export function delivery(attribute: 'email' | 'phone_number', address: string): CodeDelivery {
  if (attribute === 'phone_number') {
    const Destination = `+*******${address.slice(-4)}`;
    return { Destination, DeliveryMedium: 'SMS', AttributeName: attribute };
  }
  const [local = '', host = ''] = address.split('@');
  const Destination = `${local.charAt(0)}***@${host.charAt(0)}***`;
  return { Destination, DeliveryMedium: 'EMAIL', AttributeName: attribute };
}

/** Has the user an address that is known to be theirs? */
export const isReachable = ({ attributes }: PoolUser): boolean =>
  attributes['email_verified'] === 'true' || attributes['phone_number_verified'] === 'true';

const keyOf = (username: string, purpose: string): string => `${purpose} ${username}`;
