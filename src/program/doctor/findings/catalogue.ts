/*
 * Everything doctor can find and why it matters, whatever the set-up: the most fundamental and most
 * specific first, for the report has this order. `docs/doctor.md` is written from here.
 */

/** Sign-in, sign-out or a session fails for somebody. */
const problems = {
  issuer_near_miss:
    'Everything begins with the document that is found below the issuer, and every token is compared with the issuer letter by letter.',
  settings_missing: 'Lifeguard does not start without them.',
  setting_invalid: 'Lifeguard does not start with it.',
  proxy_needed:
    'Lifeguard calls the issuer at every sign-in and refresh, from this machine and not from the browser.',
  proxy_in_the_way:
    'Lifeguard calls the issuer at every sign-in and refresh, and this proxy does not let it.',
  issuer_unknown: 'Without a discovery document at ISSUER there is no address to send anybody to.',
  issuer_trailing_slash:
    'The issuer is compared letter by letter, with the document and with every token; one slash more or less and every sign-in is refused.',
  issuer_mismatch:
    'The issuer is compared letter by letter, with the document and with every token; every sign-in would be refused.',
  domain_missing: 'Without a domain the user pool has no sign-in pages and no token endpoint.',
  metadata_incomplete: 'A sign-in needs these addresses, and goes to none that is not safe.',
  pushed_requests_unsupported:
    'Every sign-in begins with a pushed request then, and fails where there is nowhere to push it to.',
  user_info_unsupported: 'No sign-in is begun that could not get what it was told to get.',
  jwks_unusable: 'Without its keys no token of the issuer can be verified.',
  clock_off:
    'Tokens are refused as expired or from the future when the clocks differ by more than a minute.',
  issuer_of_other_pool: 'A user pool turns every sign-in of a client away that is another pool’s.',
  client_unknown: 'The OpenID provider turns every sign-in away before it shows a page.',
  client_oauth_off:
    'All OAuth settings of an app client count for nothing until AllowedOAuthFlowsUserPoolClient is true.',
  code_flow_off: 'Sign-in uses the authorization code grant and nothing else.',
  client_authentication_unsupported:
    'The OpenID provider does not take what the client shows, or the way in which it does: no sign-in comes to its end.',
  client_secret_missing: 'The app client has a secret and asks for it: every code exchange fails.',
  client_secret_unexpected:
    'The app client is public and refuses a secret: every code exchange fails.',
  client_secret_wrong: 'Users sign in at the pool and then fail here, at the code exchange.',
  callback_not_registered:
    'The user pool shows an error page of its own and never sends anybody back.',
  scope_not_allowed:
    'The user pool refuses the whole request when one scope is not allowed, and does not say which.',
  pages_without_branding: 'Managed login shows nobody a page at a client without a branding style.',
  provider_name_case:
    '`identity_provider` is compared letter by letter; users see “Login option is not available”.',
  provider_missing: 'Users who choose it see “Login option is not available”.',
  provider_not_enabled:
    'An identity provider must also be switched on at the app client; users see “Login option is not available”.',
  provider_issuer_unreachable:
    'The user pool cannot begin a sign-in at a provider whose discovery document it cannot read.',
  upstream_domain_missing:
    'Without a domain the second pool has no sign-in pages; users see “Login option is not available”.',
  provider_issuer_trailing_slash:
    'The user pool compares the issuer letter by letter; users sign in upstream and then get “Bad id_token issuer”.',
  provider_issuer_mismatch:
    'The user pool compares the issuer letter by letter; users sign in upstream and then get “Bad id_token issuer”.',
  login_option_unavailable:
    'Users who choose it see “Login option is not available. Please try another one”.',
  upstream_client_unknown: 'The second pool turns the master pool away.',
  upstream_oauth_off:
    'All OAuth settings of an app client count for nothing until AllowedOAuthFlowsUserPoolClient is true.',
  upstream_code_flow_off: 'The master pool uses the authorization code grant.',
  upstream_client_secret_missing:
    'The master pool sends a secret with every token request and cannot do without.',
  upstream_client_secret_wrong:
    'Users sign in upstream and then come back with “Error - 400 invalid_client”.',
  upstream_callback_not_registered:
    'The second pool shows an error page of its own and never sends anybody back to the master pool.',
  upstream_scope_not_allowed:
    'The second pool refuses the whole request when one scope is not allowed.',
  upstream_users_not_enabled:
    'Without COGNITO among its providers the app client shows nobody a password field.',
  upstream_pages_without_branding:
    'Managed login shows nobody a page at a client without a branding style.',
  required_attribute_unmapped:
    'The master pool refuses every user whose required attributes do not arrive (“attributes required: […]”).',
  mapped_attribute_unknown:
    'The master pool refuses a value for an attribute it does not have (“Attribute does not exist in the schema”).',
  mapped_attribute_immutable:
    'Mapped attributes are written at every sign-in: the first one works, all later ones fail (“Attribute cannot be updated”).',
  mapped_attribute_not_writable:
    'The app client must be allowed to write every mapped attribute, or no user can be made.',
  authorization_refused: 'Nobody gets as far as a sign-in page.',
  api_issuer_unreachable:
    'Without the keys that this document leads to, no access token of that issuer can be verified, and the API takes none.',
  api_issuer_mismatch:
    'The issuer is compared letter by letter, with the document and with every token; the API takes no access token of it.',
  logout_url_not_registered:
    'Signing out ends on an error page of the master pool: the user never comes back, and the second pool stays signed in.',
  sign_out_kind_wrong:
    'Signing out ends on an error page of the second pool, and the user never comes back.',
  sign_out_domain_wrong:
    'Signing out visits another place than the one people sign in at, so that session stays.',
  sign_out_client_unknown: 'Signing out ends on an error page of the second pool.',
  upstream_logout_url_not_registered:
    'Signing out ends on an error page of the second pool, and the user never comes back.',
  sign_out_unreachable: 'Signing out sends the browser to an address that does not answer.',
  session_secret_weak: 'Whoever guesses it can make session and login cookies of their own.',
  session_secret_mismatch:
    'What one replica seals another does not open: users are signed out at random, and logins expire.',
  store_password_wrong: 'Lifeguard does not start: it may not use its session store.',
  store_right_missing:
    'What the site may not do with its session store, it cannot do for its visitors: a sign-in, a refresh or a sign-out fails.',
  store_tls_slip: 'Nothing comes of a connection that one side encrypts and the other not.',
  store_is_cluster:
    'A server of a cluster has a part of the keys, and sends us on to others for the rest.',
  store_database_unknown: 'The site cannot use a database that is not there.',
  store_full: 'Nobody can sign in while a session finds no room.',
  store_read_only: 'Nobody can sign in where no session can be written.',
  store_damaged: 'What cannot be read for certain is not read at all.',
  store_foreign: 'Lifeguard never touches what another program keeps there.',
  store_without_log:
    'Without its write-ahead log SQLite lets processes wait for each other, and may lose the file in a crash.',
  store_forgets: 'A session that is not there at the next request is a user signed out.',
  store_unreachable: 'Without its sessions the site can show nobody a page of theirs.',
  store_evicts: 'Redis drops sessions when memory runs low, signing people out at random.',
  site_unexpected: 'Users come back from sign-in to BASE_URL, and must find Lifeguard there.',
  cookies_lost:
    'A browser that does not get the cookie of its sign-in cannot finish it: everybody ends on “This sign-in has expired”.',
  query_lost:
    'All that a sign-in brings back stands there: nobody can finish one, and the page wanted first is forgotten.',
  waf_blocks_site:
    'The code exchange and every refresh come from this machine: they are turned away like this one.',
  site_not_ready: 'While its session store fails the site can sign nobody in.',
  sign_in_fails: 'This is where every sign-in begins.',
  long_headers_refused:
    'Cookies of other programs at the same domain come along with each request: for browsers that have many of them, or a long one, the site is not there.',
};

/** We could not look. */
const unchecked = {
  issuer_unreachable:
    'Nobody can sign in while the issuer does not answer, and nothing else can be checked.',
  check_failed: 'Something is in the way of this check; what it looks at may be fine or not.',
  waf_in_front:
    'What it turns away here it may let through for browsers, and the other way round: these checks do not tell.',
  aws_unavailable: 'The inside of the user pools was not looked at.',
};

/** It works, and will not always. */
const warnings = {
  sign_out_endpoint_missing:
    'The OpenID provider offers no way to sign out of it: users stay signed in there.',
  store_not_durable:
    'A restart of Redis signs everybody out; or, from an old snapshot, brings back sessions that were signed out since.',
  store_without_replica: 'When this one server is lost, so are all sessions.',
  store_other_version:
    'When the site starts with this version, it empties the file: everybody signs in again.',
  store_in_memory: 'A restart signs everybody out, and a second process knows none of it.',
  trust_proxy_missing: 'All visitors have the proxy’s address, and so share one rate limit.',
  trust_proxy_everyone:
    'Anybody can write any address into X-Forwarded-For, and so get around the rate limit.',
  rotation_without_grace:
    'An answer lost on the network takes the only valid refresh token with it, and signs that user out.',
  revocation_off: 'Signing out cannot end the refresh token; a copy of it works until it expires.',
  refresh_shorter_than_session:
    'Sessions end with their refresh token, before SESSION_ABSOLUTE_SECONDS.',
  user_existence_revealed: 'The sign-in page tells strangers which accounts exist.',
  plan_lacks_feature: 'What the plan does not have does nothing, though it is set.',
  sessions_limited: 'People are signed out here because they signed in elsewhere.',
  quota_near: 'When the list is full, the next site cannot be added.',
  client_secret_old:
    'The longer a secret is in use, the more places there are that it has been to.',
  email_verified_unmapped:
    'Only a verified e-mail address counts as somebody’s, and without both attributes nobody has one here, whatever the second pool says.',
  attributes_unreadable:
    'What an app client may not read is in none of its tokens, whatever scopes it asks for.',
  setting_unknown: 'It may be a mistyped setting, whose default is used instead.',
};

/** Stable name of something doctor can find; `docs/doctor.md` lists them all. */
export type FindingCode = keyof typeof problems | keyof typeof unchecked | keyof typeof warnings;

export type Severity = 'problem' | 'unchecked' | 'warning';

interface FindingKind {
  readonly severity: Severity;
  readonly why: string;
}

const kinds = (severity: Severity, reasons: Readonly<Record<string, string>>) =>
  Object.entries(reasons).map(([code, why]) => [code, { severity, why }] as const);

export const findingKinds = Object.fromEntries([
  ...kinds('problem', problems),
  ...kinds('unchecked', unchecked),
  ...kinds('warning', warnings),
]) as Readonly<Record<FindingCode, FindingKind>>;

/**
 * Findings that are only what shows of another one, about the same thing; they are left out beside
 * it.
 */
export const symptoms: Readonly<Partial<Record<FindingCode, readonly FindingCode[]>>> = {
  issuer_near_miss: ['issuer_unreachable', 'issuer_unknown', 'issuer_mismatch'],
  domain_missing: ['sign_in_fails'],
  metadata_incomplete: ['sign_in_fails'],
  pushed_requests_unsupported: ['sign_in_fails'],
  user_info_unsupported: ['sign_in_fails'],
  issuer_of_other_pool: [
    'client_unknown',
    'client_secret_wrong',
    'logout_url_not_registered',
    'provider_missing',
    'login_option_unavailable',
  ],
  client_unknown: ['client_secret_wrong', 'logout_url_not_registered'],
  client_oauth_off: ['code_flow_off', 'scope_not_allowed'],
  client_authentication_unsupported: [
    'client_secret_missing',
    'client_secret_wrong',
    'sign_in_fails',
  ],
  client_secret_missing: ['client_secret_wrong'],
  client_secret_unexpected: ['client_secret_wrong'],
  provider_name_case: ['login_option_unavailable', 'provider_missing', 'provider_not_enabled'],
  provider_missing: ['login_option_unavailable', 'provider_not_enabled'],
  provider_not_enabled: ['login_option_unavailable'],
  provider_issuer_unreachable: ['login_option_unavailable'],
  upstream_domain_missing: [
    'provider_issuer_unreachable',
    'login_option_unavailable',
    'sign_out_unreachable',
  ],
  upstream_client_unknown: ['upstream_logout_url_not_registered'],
  upstream_oauth_off: ['upstream_code_flow_off', 'upstream_scope_not_allowed'],
  sign_out_domain_wrong: [
    'sign_out_unreachable',
    'upstream_logout_url_not_registered',
    'sign_out_client_unknown',
  ],
  sign_out_client_unknown: ['upstream_logout_url_not_registered'],
  session_secret_mismatch: ['cookies_lost'],
  query_lost: ['cookies_lost', 'sign_in_fails'],
};
