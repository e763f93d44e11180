import * as jsonValues from './json-values.js';
import type { Options } from './option.js';
import * as values from './values.js';

/** Where people sign in: our addresses, the OpenID provider, and our client there. */
export const signInOptions = {
  port: {
    name: 'PORT',
    meaning: 'Port to listen on.',
    default: '3000',
    schema: values.wholeNumber([0, 65_535]),
    fix: 'write a port, e.g. 3000',
  },
  host: {
    name: 'HOST',
    meaning:
      'Address to listen on. Only this machine by default, since a proxy that does TLS belongs in front; `0.0.0.0` in a container.',
    default: '127.0.0.1',
    schema: values.word,
    fix: 'write an address or host name, e.g. 127.0.0.1',
  },
  baseUrl: {
    name: 'BASE_URL',
    meaning:
      'The public origin users see. Every URL we hand out is built from it, none from the Host header.',
    schema: values.origin,
    fix: 'write the public origin alone, e.g. https://www.example.com',
  },
  basePath: {
    name: 'BASE_PATH',
    meaning:
      'Path below which everything of the site is, where others share its host, e.g. `/shop`; the callback URL is then `BASE_URL/shop/callback`. Health and metrics stay at the root of the port.',
    default: '',
    schema: values.basePath,
    fix: 'write e.g. /shop, or nothing for the root',
  },
  cookieNamespace: {
    name: 'COOKIE_NAMESPACE',
    meaning:
      'Keeps the cookies of two programs on one host apart, e.g. `shop`: cookies know no ports. Empty: made of `BASE_PATH`. A change signs everybody out.',
    default: '',
    schema: values.optionalCookieNamespace,
    fix: 'write one word, e.g. shop',
  },
  issuer: {
    name: 'ISSUER',
    meaning:
      'The issuer of the master pool, or of any other OpenID provider; exactly as in its discovery document.',
    schema: values.urlWithoutQuery,
    fix: 'copy it from the user pool, e.g. https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz',
  },
  clientId: {
    name: 'CLIENT_ID',
    meaning: 'Our app client at the issuer.',
    schema: values.word,
    fix: 'copy the client ID from the app client',
  },
  clientSecrets: {
    name: 'CLIENT_SECRET',
    isSecret: true,
    sets: 'clientSecret',
    meaning:
      'Its secret, or two while one replaces the other, newest first, with a blank or line break between. The file of `CLIENT_SECRET_FILE` is read again when it changes. A public client has none: write `none`, so that it is never forgotten.',
    schema: values.clientSecrets,
    fix: 'copy the client secret from the app client, or write none for a public client',
  },
  clientKey: {
    name: 'CLIENT_KEY',
    isSecret: true,
    meaning:
      'Instead of a secret: a private key (RSA, P-256 or Ed25519) as PEM or JWK, for `private_key_jwt`. A JWK’s `kid` and `alg` are used. `CLIENT_SECRET` may then be left out.',
    default: '',
    schema: values.clientKey,
    fix: 'write a private key as PEM or JWK, or its path into CLIENT_KEY_FILE',
  },
  clientAuthentication: {
    name: 'CLIENT_AUTHENTICATION',
    meaning:
      '`client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`. Empty: what the issuer lists and secret or key allow.',
    default: '',
    schema: values.clientAuthentication,
    fix: 'write client_secret_basic, client_secret_post, private_key_jwt or none',
  },
  userInfo: {
    name: 'USER_INFO',
    meaning:
      '`merge`: claims that the ID token lacks are taken from the userInfo endpoint, at sign-in and refresh, for providers with thin ID tokens. A user pool needs `none`.',
    default: 'none',
    schema: values.userInfo,
    fix: 'write merge or none',
  },
  pushedAuthorizationRequests: {
    name: 'PUSHED_AUTHORIZATION_REQUESTS',
    meaning:
      '`always`: authorization requests are pushed (PAR) also where the issuer does not say that it requires it.',
    default: 'as-required',
    schema: values.pushedAuthorizationRequests,
    fix: 'write always or as-required',
  },
  scope: {
    name: 'SCOPE',
    meaning: 'What to ask for at sign-in. Must contain `openid`.',
    default: 'openid email profile',
    schema: values.scope,
    fix: 'write scopes with spaces between, openid among them',
  },
  identityProviders: {
    name: 'IDENTITY_PROVIDERS',
    meaning:
      'JSON array of the identity providers a user may choose, and how each signs out. Empty: the pool itself asks.',
    default: '[]',
    schema: jsonValues.identityProviders,
    fix: 'write JSON as docs/running.md shows under "Identity providers"',
  },
  emailIsVerified: {
    name: 'EMAIL_IS_VERIFIED',
    meaning:
      'Whether addresses of the issuer’s own users are verified although it sends no `email_verified`, as Entra ID; an `email_verified` always decides.',
    default: 'false',
    schema: values.flag,
    fix: 'write true or false',
  },
  groupsClaim: {
    name: 'GROUPS_CLAIM',
    sets: 'api.groupsClaim',
    meaning:
      'The claim that names a user’s groups, e.g. `groups` or `roles` elsewhere than at a user pool.',
    default: 'cognito:groups',
    schema: values.word,
    fix: 'write the name of one claim, e.g. groups',
  },
  revokeReplaced: {
    name: 'REVOKE_REPLACED',
    meaning:
      'Whether signing in again revokes the refresh token of the same browser’s sign-in before. Empty: at a user pool only; at a provider that reuses a grant the new sign-in would end with it.',
    default: '',
    schema: values.optionalFlag,
    fix: 'write true or false',
  },
} satisfies Options;
