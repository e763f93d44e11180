import type { z } from 'zod';
import { oneOf, option, optionsOf, text } from '../errors/check-options.js';
import { SIGNATURE_ALGORITHMS } from '../tokens/algorithms.js';
import { credentialOf } from '../tokens/client-authentication.js';
import { readClientKey, type ClientKey } from '../tokens/client-key.js';
import type { RelyingPartyOptions } from './options.js';

const KEY_FIX = 'give a private RSA, P-256 or Ed25519 key: a CryptoKey, a JWK or PEM text';

const clientKey = optionsOf<ClientKey>(
  {
    key: option((value) => (value === undefined ? 'is missing' : undefined), KEY_FIX),
    kid: text('give the name the OP knows the key by').optional(),
    alg: oneOf(...SIGNATURE_ALGORITHMS).optional(),
  },
  'write { key }',
).superRefine((value, context) => {
  try {
    readClientKey(value as ClientKey);
  } catch (error) {
    const message = `${(error as TypeError).message}; ${KEY_FIX}`;
    context.addIssue({ code: 'custom', path: ['key'], message });
  }
});

/** The options that say how we talk to the OP, each by itself. */
export const clientOptions: Readonly<
  Record<'clientKey' | 'clientAuthentication' | 'userInfo', z.ZodType>
> = {
  clientKey: clientKey.optional(),
  clientAuthentication: oneOf(...Object.keys(credentialOf)).optional(),
  userInfo: oneOf('merge', 'none').optional(),
};

/** The client has one thing to show at most, and is asked to show no other. */
export function refineClient(options: RelyingPartyOptions, context: z.RefinementCtx): void {
  const { clientSecret, readClientSecret: read, clientKey: key } = options;
  const { clientAuthentication: method } = options;
  const complain = (option_: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [option_], message });

  if (key !== undefined && clientSecret !== null) {
    complain('clientKey', 'and clientSecret are both given; with a key, write clientSecret: null');
  }
  const has = key !== undefined ? 'key' : clientSecret === null ? 'nothing' : 'secret';
  if (read !== undefined && clientSecret === null) {
    complain('readClientSecret', 'has no use without a secret; leave it out, or give clientSecret');
  }
  if (method === undefined || credentialOf[method] === has) return;
  const fixes = {
    secret: 'give clientSecret',
    key: 'give clientKey, and clientSecret: null',
    nothing: 'leave clientKey out, and write clientSecret: null',
  };
  complain(
    'clientAuthentication',
    `does not fit what the client has to show (${has}); ${fixes[credentialOf[method]]}`,
  );
}
