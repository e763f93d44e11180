import { SIGNATURE_ALGORITHMS } from '../../tokens/algorithms.js';
import { credentialOf } from '../../tokens/client-authentication.js';
import { readClientKey, type ClientKey } from '../../tokens/client-key.js';
import {
  aFunction,
  oneOf,
  option,
  optional,
  optionsOf,
  refine,
  text,
  type Check,
} from '../../web/options/check-options.js';
import { MOST_CLIENT_SECRETS } from '../provider/secrets/client-secrets.js';
import type { RelyingPartyOptions } from './options.js';

type ClientOption =
  | 'clientId'
  | 'clientSecret'
  | 'readClientSecret'
  | 'clientKey'
  | 'clientAuthentication'
  | 'userInfo';

const clientSecret = option((value) => {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const isOne = list.every((each) => typeof each === 'string' && each !== '');
  if (list.length > MOST_CLIENT_SECRETS) return `has more than ${MOST_CLIENT_SECRETS}`;
  return value === null || (isOne && list.length > 0) ? undefined : 'is none';
}, 'give it, or write null for a public client');

const KEY_FIX = 'give a private RSA, P-256 or Ed25519 key: a CryptoKey, a JWK or PEM text';

const clientKey = refine<ClientKey>(
  optionsOf<ClientKey>(
    {
      key: option((value) => (value === undefined ? 'is missing' : undefined), KEY_FIX),
      kid: optional(text('give the name the OP knows the key by')),
      alg: optional(oneOf(...SIGNATURE_ALGORITHMS)),
    },
    'write { key }',
  ),
  (value) => {
    try {
      readClientKey(value);
      return undefined;
    } catch (error) {
      return `${(error as TypeError).message}; ${KEY_FIX}`;
    }
  },
  ['key'],
);

/** The options that say who we are to the OP and how we talk to it, each by itself. */
export const clientOptions: Readonly<Record<ClientOption, Check>> = {
  clientId: text('give the client ID'),
  clientSecret,
  readClientSecret: optional(aFunction('give one that returns the secrets, or leave it out')),
  clientKey: optional(clientKey),
  clientAuthentication: optional(oneOf(...Object.keys(credentialOf))),
  userInfo: optional(oneOf('merge', 'none')),
};

const FIXES = {
  secret: 'give clientSecret',
  key: 'give clientKey, and clientSecret: null',
  nothing: 'leave clientKey out, and write clientSecret: null',
};

/** The client has one thing to show at most, and is asked to show no other. */
export function requireFittingClient(options: Check): Check {
  const oneCredential = refine<RelyingPartyOptions>(
    options,
    ({ clientKey: key, clientSecret: secret }) =>
      key !== undefined && secret !== null
        ? 'and clientSecret are both given; with a key, write clientSecret: null'
        : undefined,
    ['clientKey'],
  );
  const usefulReader = refine<RelyingPartyOptions>(
    oneCredential,
    ({ readClientSecret: read, clientSecret: secret }) =>
      read !== undefined && secret === null
        ? 'has no use without a secret; leave it out, or give clientSecret'
        : undefined,
    ['readClientSecret'],
  );
  return refine<RelyingPartyOptions>(
    usefulReader,
    ({ clientAuthentication: method, clientKey: key, clientSecret: secret }) => {
      const has = key !== undefined ? 'key' : secret === null ? 'nothing' : 'secret';
      if (method === undefined || credentialOf[method] === has) return undefined;
      return `does not fit what the client has to show (${has}); ${FIXES[credentialOf[method]]}`;
    },
    ['clientAuthentication'],
  );
}
