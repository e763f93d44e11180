import {
  isPlainObject,
  listOf,
  option,
  optional,
  optionsOf,
  refined,
  text,
  textThat,
  trueOrFalse,
  type Check,
} from '../../web/options/check-options.js';
import type { IdentityProvider, UpstreamSignOut } from '../provider/identity-provider.js';
import { problemWithUrl, problemWithUrlWithoutQuery } from './values.js';

type SignOut<Kind extends UpstreamSignOut['kind']> = Extract<UpstreamSignOut, { kind: Kind }>;

const known: Check = (value) => value;

const signOutOf: Readonly<Record<UpstreamSignOut['kind'], Check>> = {
  cognito: optionsOf<SignOut<'cognito'>>({
    kind: known,
    domain: textThat(problemWithUrlWithoutQuery, "give the pool's domain, https://…"),
    clientId: text('give the client ID that the master pool has there'),
  }),
  oidc: optionsOf<SignOut<'oidc'>>({
    kind: known,
    endSessionEndpoint: textThat(problemWithUrl, "copy the provider's end_session_endpoint"),
    clientId: optional(text('give the client ID there, or leave it out')),
  }),
  none: optionsOf<SignOut<'none'>>({
    kind: known,
    advice: text('write a sentence that tells the user what to do instead'),
  }),
};

const KINDS = '"cognito", "oidc" or "none"';
const anObject = option(
  (value) => (isPlainObject(value) ? undefined : 'is none that we know'),
  `give an object with a kind of ${KINDS}`,
);
const kind = optionsOf<{ kind: string }>({
  kind: option(
    (value) => (Object.hasOwn(signOutOf, String(value)) ? undefined : 'is none that we know'),
    `write ${KINDS}`,
  ),
});

const signOut: Check = (value, tell) => {
  anObject(value, tell);
  if (!isPlainObject(value)) return value;
  kind({ kind: value['kind'] }, tell);
  return signOutOf[value['kind'] as UpstreamSignOut['kind']]?.(value, tell);
};

const emailDomain = option((value) => {
  const isDomain = typeof value === 'string' && /^[^\s@A-Z]+$/.test(value);
  return isDomain ? undefined : 'is none';
}, 'write domains in lower case, without @');

/**
 * The providers that a user may choose: a list, in which each has a name and domains of its own.
 */
export const identityProviders: Check = refined<readonly IdentityProvider[]>(
  listOf(
    optionsOf<IdentityProvider>({
      name: text('give the name it has in the user pool'),
      label: text('give what its button says'),
      emailDomains: listOf(emailDomain, 'write [] for none'),
      signOut,
      emailIsVerified: optional(trueOrFalse),
    }),
    'give a list of providers',
  ),
  (list) => {
    // As a user pool compares them: who came through which is found without case.
    if (hasOneTwice(list.map(({ name }) => name.toLowerCase()))) {
      return 'names one twice; give each its own name';
    }
    return hasOneTwice(list.flatMap(({ emailDomains }) => emailDomains))
      ? 'has an e-mail domain twice; a choice would depend on the order'
      : undefined;
  },
);

export const hasOneTwice = (list: readonly string[]): boolean => new Set(list).size < list.length;
