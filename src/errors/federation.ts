import type { Errors } from './entry.js';
import { notSetUp } from './login.js';

/** What a user pool says, in words only, of the identity providers behind it and of its users. */
export const federationErrors: Errors<
  | 'attribute_missing'
  | 'attribute_immutable'
  | 'attribute_unknown'
  | 'attribute_not_writable'
  | 'identity_provider_refused'
  | 'identity_provider_unreachable'
  | 'identity_provider_answer_invalid'
  | 'identity_provider_issuer_mismatch'
  | 'identity_provider_subject_missing'
  | 'sign_up_refused'
  | 'account_linking_unfinished'
> = {
  attribute_missing: {
    status: 502,
    title: 'Your account lacks something this site needs',
    detail:
      'The organisation you signed in with did not tell us something we need, such as an e-mail address. Ask us for help and tell us the request id below.',
    next: 'home',
    cause:
      'The master pool requires an attribute that the identity provider did not bring (`attributes required: […]`): it is not mapped, the identity provider is asked for too few scopes, or this one user has no value there.',
    fix: 'Map it at the identity provider (Social and external providers › Attribute mapping), ask for its scope there, and give the user a value upstream.',
  },
  attribute_immutable: {
    status: 502,
    title: 'You can no longer sign in this way',
    detail:
      'Something about your account is to be updated and cannot be. This is a fault in our set-up, not yours: tell us the request id below.',
    next: 'home',
    cause:
      'A mapped attribute cannot be changed in the master pool (`user.email: Attribute cannot be updated.`). The first sign-in works, each later one fails, because mapped attributes are written every time.',
    fix: 'Take the attribute out of the mapping. If it is needed, the pool must be made anew: whether a standard attribute is mutable cannot be changed later.',
  },
  attribute_unknown: {
    ...notSetUp,
    cause:
      'The attribute mapping names an attribute the master pool does not have (`Attribute does not exist in the schema`).',
    fix: 'Add the attribute to the pool (custom attributes can be added at any time), or take it out of the mapping.',
  },
  attribute_not_writable: {
    ...notSetUp,
    cause:
      'A mapped attribute is not among those the app client may write, so Cognito cannot store it at sign-in.',
    fix: 'App clients › Attribute permissions: allow writing every mapped attribute.',
  },
  identity_provider_refused: {
    status: 502,
    title: 'Your organisation’s sign-in reported a problem',
    detail:
      'It could not finish signing you in. If it happens again, tell us the request id below.',
    next: 'sign-in',
    cause:
      'The identity provider answered the master pool with an error. In the log line, `400 invalid_client` is a wrong client secret, `invalid_scope` asks for more than its client may have, `unauthorized_client` or `redirect_uri` means the pool’s `/oauth2/idpresponse` is not registered there.',
    fix: 'Social and external providers › the provider: compare client ID, client secret and scopes with the app client of the second pool.',
  },
  identity_provider_unreachable: {
    status: 503,
    title: 'Your organisation’s sign-in does not answer',
    detail: 'We waited for it in vain. Start again in a minute.',
    next: 'sign-in',
    cause: 'The identity provider did not answer the master pool in time, or hung up.',
    fix: 'Usually passing. If not, its token, JWKS or userInfo address is wrong or closed to AWS: Cognito calls it from outside, over https on port 443.',
  },
  identity_provider_answer_invalid: {
    status: 502,
    title: 'Your organisation’s sign-in gave an answer we cannot use',
    detail: 'Usually starting again helps. If not, tell us the request id below.',
    next: 'sign-in',
    cause:
      'The master pool could not use what the identity provider sent (`Exception processing authorization code`): a code used twice, an ID token that does not verify, a userInfo answer about somebody else.',
    fix: 'If it happens every time, compare the issuer, the client ID and the JWKS address at the identity provider with its discovery document.',
  },
  identity_provider_issuer_mismatch: {
    ...notSetUp,
    cause:
      'The ID token of the identity provider has another `iss` than the issuer set at the master pool (`Bad id_token issuer …`). A slash at the end is a difference.',
    fix: 'Social and external providers › the provider › Issuer URL: copy it from the `issuer` in the provider’s discovery document, to the letter.',
  },
  identity_provider_subject_missing: {
    ...notSetUp,
    cause:
      'The identity provider brought no usable `sub`, or the mapping of `username` points to a claim that is empty.',
    fix: 'Map `username` to `sub`, and see that the provider issues a `sub`: it must, with the scope `openid`.',
  },
  sign_up_refused: {
    status: 403,
    title: 'This account may not sign in here',
    detail:
      'You were recognised, but this site does not take every account. Ask whoever runs it to let you in.',
    next: 'home',
    cause:
      'A Lambda trigger of the master pool ended the sign-in (`PreSignUp failed with error …`): it refused this user, or failed.',
    fix: 'The log line has the trigger’s words. Look at its log in CloudWatch.',
  },
  account_linking_unfinished: {
    status: 503,
    title: 'Your account is being joined',
    detail: 'This happens once, at the first sign-in. Start again: it works from now on.',
    next: 'sign-in',
    cause:
      'A PreSignUp trigger joined the federated account with an existing one during the first sign-in (`Already found an entry for username …`).',
    fix: 'The second try works. To spare users the first, link with AdminLinkProviderForUser before they sign in.',
  },
};
