/** Stable name of a failure; the README lists them all. Tests, logs and metrics use it; nobody matches on messages. */
export type RelyingPartyErrorCode =
  | 'login_transaction_missing'
  | 'callback_malformed'
  | 'authorization_denied'
  | 'authorization_failed'
  | 'authorization_scope_refused'
  | 'authorization_flow_refused'
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
  | 'code_exchange_failed'
  | 'code_refused'
  | 'provider_unavailable'
  | 'provider_metadata_invalid'
  | 'client_authentication_unsupported'
  | 'pushed_authorization_refused'
  | 'user_info_subject_mismatch'
  | 'user_info_invalid'
  | 'provider_unknown'
  | 'address_too_long'
  | 'prefetch_refused'
  | 'id_token_missing'
  | 'id_token_malformed'
  | 'id_token_algorithm_refused'
  | 'id_token_key_unknown'
  | 'id_token_signature_invalid'
  | 'id_token_issuer_mismatch'
  | 'id_token_audience_mismatch'
  | 'id_token_nonce_mismatch'
  | 'id_token_use_wrong'
  | 'id_token_access_token_mismatch'
  | 'id_token_expired'
  | 'id_token_issued_in_future'
  | 'id_token_subject_invalid'
  | 'id_token_sign_in_mismatch'
  | 'access_token_missing'
  | 'access_token_malformed'
  | 'access_token_algorithm_refused'
  | 'access_token_key_unknown'
  | 'access_token_signature_invalid'
  | 'access_token_issuer_mismatch'
  | 'access_token_client_refused'
  | 'access_token_audience_refused'
  | 'access_token_use_wrong'
  | 'access_token_expired'
  | 'access_token_issued_in_future'
  | 'access_token_subject_invalid'
  | 'access_token_sender_constrained'
  | 'access_token_revoked'
  | 'access_token_not_taken'
  | 'step_up_not_done'
  | 'authentication_too_old'
  | 'logout_token_malformed'
  | 'logout_token_algorithm_refused'
  | 'logout_token_key_unknown'
  | 'logout_token_signature_invalid'
  | 'logout_token_invalid'
  | 'logout_token_replayed'
  | 'authorization_header_malformed'
  | 'scope_insufficient'
  | 'group_required'
  | 'claim_required'
  | 'session_ended'
  | 'form_not_sent'
  | 'session_lost'
  | 'session_store_unavailable'
  | 'csrf_refused'
  | 'rate_limited'
  | 'request_malformed'
  | 'not_found'
  | 'method_not_allowed'
  | 'internal_error';

/**
 * What the person in front of the browser is told. `next` names the one thing to do: sign in again, try the same
 * page again, go back to the start page, or sign out.
 */
export interface CatalogueEntry {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly next: 'sign-in' | 'retry' | 'home' | 'sign-out';
  /** Instead, where a sign-in ends. */
  readonly atCallback?: { readonly title: string; readonly detail: string };
}

const notSetUp: CatalogueEntry = {
  status: 502,
  title: 'Signing in is not set up correctly',
  detail: 'This is a fault of ours, not yours. Tell us the request id below.',
  next: 'home',
};

const idTokenRefused: CatalogueEntry = {
  status: 502,
  title: 'We could not confirm who you are',
  detail:
    'The sign-in service sent an answer that did not pass our checks, so nobody was signed in.',
  next: 'sign-in',
};

const accessTokenRefused: CatalogueEntry = {
  status: 401,
  title: 'The access token was not accepted',
  detail: 'Ask for a new access token and send the request again.',
  next: 'sign-in',
};

const logoutTokenRefused: CatalogueEntry = {
  status: 400,
  title: 'The logout token was not accepted',
  detail: 'Nobody was signed out.',
  next: 'home',
};

/** Every failure we expect: the status the caller sees, and the words for the user. */
export const errorCatalogue: Readonly<Record<RelyingPartyErrorCode, CatalogueEntry>> = {
  login_transaction_missing: {
    status: 400,
    title: 'This sign-in has expired',
    detail:
      'It took too long, was started in another browser, or cookies are switched off. Nothing is lost: start again.',
    next: 'sign-in',
  },
  callback_malformed: {
    status: 400,
    title: 'The sign-in answer could not be read',
    detail: 'The sign-in service sent you back without what we need. Start again.',
    next: 'sign-in',
  },
  authorization_denied: {
    status: 403,
    title: 'You were not signed in',
    detail: 'The sign-in was cancelled, or your account may not use this site.',
    next: 'sign-in',
  },
  authorization_failed: {
    status: 502,
    title: 'The sign-in service reported a problem',
    detail:
      'It could not finish signing you in. If it happens again, tell us the request id below.',
    next: 'sign-in',
  },
  authorization_scope_refused: notSetUp,
  authorization_flow_refused: notSetUp,
  attribute_missing: {
    status: 502,
    title: 'Your account lacks something this site needs',
    detail:
      'The organisation you signed in with did not tell us something we need, such as an e-mail address. Ask us for help and tell us the request id below.',
    next: 'home',
  },
  attribute_immutable: {
    status: 502,
    title: 'You can no longer sign in this way',
    detail:
      'Something about your account is to be updated and cannot be. This is a fault in our set-up, not yours: tell us the request id below.',
    next: 'home',
  },
  attribute_unknown: notSetUp,
  attribute_not_writable: notSetUp,
  identity_provider_refused: {
    status: 502,
    title: 'Your organisation’s sign-in reported a problem',
    detail:
      'It could not finish signing you in. If it happens again, tell us the request id below.',
    next: 'sign-in',
  },
  identity_provider_unreachable: {
    status: 503,
    title: 'Your organisation’s sign-in does not answer',
    detail: 'We waited for it in vain. Start again in a minute.',
    next: 'sign-in',
  },
  identity_provider_answer_invalid: {
    status: 502,
    title: 'Your organisation’s sign-in gave an answer we cannot use',
    detail: 'Usually starting again helps. If not, tell us the request id below.',
    next: 'sign-in',
  },
  identity_provider_issuer_mismatch: notSetUp,
  identity_provider_subject_missing: notSetUp,
  sign_up_refused: {
    status: 403,
    title: 'This account may not sign in here',
    detail:
      'You were recognised, but this site does not take every account. Ask whoever runs it to let you in.',
    next: 'home',
  },
  account_linking_unfinished: {
    status: 503,
    title: 'Your account is being joined',
    detail: 'This happens once, at the first sign-in. Start again: it works from now on.',
    next: 'sign-in',
  },
  code_exchange_failed: {
    status: 502,
    title: 'The sign-in could not be completed',
    detail: 'The sign-in service did not accept the last step. Usually starting again helps.',
    next: 'sign-in',
  },
  code_refused: {
    status: 400,
    title: 'This sign-in was already used or took too long',
    detail: 'Each sign-in works once and for a few minutes. Start again.',
    next: 'sign-in',
  },
  provider_unavailable: {
    status: 503,
    title: 'The sign-in service is unavailable',
    detail: 'We cannot reach it at the moment. Try again in a minute.',
    next: 'retry',
  },
  provider_metadata_invalid: {
    status: 503,
    title: 'The sign-in service is unavailable',
    detail: 'It is not set up correctly at the moment. Try again later.',
    next: 'retry',
  },
  client_authentication_unsupported: notSetUp,
  pushed_authorization_refused: notSetUp,
  user_info_subject_mismatch: idTokenRefused,
  user_info_invalid: idTokenRefused,
  provider_unknown: {
    status: 400,
    title: 'Unknown way to sign in',
    detail: 'That sign-in option does not exist here. Choose one from the sign-in page.',
    next: 'sign-in',
  },
  address_too_long: {
    status: 414,
    title: 'This address is too long to come back to',
    detail:
      'Signing in could not bring you back here afterwards. Sign in first, then open the same address again.',
    next: 'sign-in',
  },
  prefetch_refused: {
    status: 403,
    title: 'Open this page to sign in',
    detail: 'Signing in starts only when a person opens the page.',
    next: 'sign-in',
  },
  id_token_missing: idTokenRefused,
  id_token_malformed: idTokenRefused,
  id_token_algorithm_refused: idTokenRefused,
  id_token_key_unknown: idTokenRefused,
  id_token_signature_invalid: idTokenRefused,
  id_token_issuer_mismatch: idTokenRefused,
  id_token_audience_mismatch: idTokenRefused,
  id_token_nonce_mismatch: idTokenRefused,
  id_token_use_wrong: idTokenRefused,
  id_token_access_token_mismatch: idTokenRefused,
  id_token_expired: idTokenRefused,
  id_token_issued_in_future: idTokenRefused,
  id_token_subject_invalid: idTokenRefused,
  id_token_sign_in_mismatch: idTokenRefused,
  access_token_missing: {
    status: 401,
    title: 'Sign in first',
    detail: 'This address needs a signed-in session or an access token.',
    next: 'sign-in',
  },
  access_token_malformed: accessTokenRefused,
  access_token_algorithm_refused: accessTokenRefused,
  access_token_key_unknown: accessTokenRefused,
  access_token_signature_invalid: accessTokenRefused,
  access_token_issuer_mismatch: accessTokenRefused,
  access_token_client_refused: accessTokenRefused,
  access_token_audience_refused: accessTokenRefused,
  access_token_use_wrong: accessTokenRefused,
  access_token_expired: accessTokenRefused,
  access_token_issued_in_future: accessTokenRefused,
  access_token_subject_invalid: accessTokenRefused,
  access_token_sender_constrained: {
    ...accessTokenRefused,
    detail:
      'It is bound to a key of your client, and was sent as a plain bearer token. Ask for one that is not bound.',
  },
  access_token_revoked: accessTokenRefused,
  access_token_not_taken: {
    status: 403,
    title: 'This address takes no access tokens',
    detail: 'It is for people signed in with a browser. Send the request without Authorization.',
    next: 'home',
  },
  step_up_not_done: {
    status: 403,
    title: 'This page needs you to sign in again',
    detail:
      'The sign-in service did not ask you again in the way this page needs. Sign out, then sign in.',
    next: 'sign-out',
  },
  authentication_too_old: {
    status: 401,
    title: 'Sign in again for this',
    detail:
      'This address needs a more recent or stronger sign-in, or a newer access token. Sign out, then sign in.',
    next: 'sign-out',
  },
  logout_token_malformed: logoutTokenRefused,
  logout_token_algorithm_refused: logoutTokenRefused,
  logout_token_key_unknown: logoutTokenRefused,
  logout_token_signature_invalid: logoutTokenRefused,
  logout_token_invalid: logoutTokenRefused,
  logout_token_replayed: logoutTokenRefused,
  authorization_header_malformed: {
    status: 400,
    title: 'The Authorization header could not be read',
    detail: 'Send exactly one header of the form "Authorization: Bearer <access token>".',
    next: 'home',
  },
  scope_insufficient: {
    status: 403,
    title: 'The access token does not allow this',
    detail: 'Ask for an access token with the scope this address needs.',
    next: 'home',
  },
  group_required: {
    status: 403,
    title: 'You may not see this',
    detail: 'Your account is not in the group this address needs.',
    next: 'home',
  },
  claim_required: {
    status: 403,
    title: 'You may not see this',
    detail: 'Your account lacks something this address needs.',
    next: 'home',
  },
  session_ended: {
    status: 401,
    title: 'You have been signed out',
    detail: 'Your session has ended. Sign in to go on.',
    next: 'sign-in',
  },
  form_not_sent: {
    status: 401,
    title: 'Sign in, then send it again',
    detail:
      'What you sent was not taken, because you are not signed in any more, or a fresh sign-in is needed for it. Sign in, and send it again; if you have typed much, go back first and copy it.',
    next: 'sign-in',
  },
  session_lost: {
    status: 503,
    title: 'We cannot keep you signed in',
    detail:
      'Signing in worked, but a moment later we no longer knew you, twice in a row. This is a fault of ours, not yours: tell us the request id below, and try again in a minute.',
    next: 'retry',
  },
  session_store_unavailable: {
    status: 503,
    title: 'We cannot check your session right now',
    detail: 'Our session storage does not answer. You are not signed out; try again in a moment.',
    next: 'retry',
    atCallback: {
      title: 'You could not be signed in',
      detail:
        'Our session storage does not work at the moment. Whoever was signed in here before still is. Start again in a minute.',
    },
  },
  csrf_refused: {
    status: 403,
    title: 'This request came from another site',
    detail:
      'For your safety it was not carried out. Go to the page itself and press the button there.',
    next: 'home',
  },
  rate_limited: {
    status: 429,
    title: 'Too many attempts',
    detail: 'Wait a minute, then try again.',
    next: 'retry',
  },
  request_malformed: {
    status: 400,
    title: 'The request could not be read',
    detail: 'Something in the address or the form is not as it should be.',
    next: 'home',
  },
  not_found: {
    status: 404,
    title: 'There is no such page',
    detail: 'The address may be mistyped, or the page has moved.',
    next: 'home',
  },
  method_not_allowed: {
    status: 405,
    title: 'This address does not work that way',
    detail: 'It answers other requests than the one that was sent.',
    next: 'home',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong on our side',
    detail: 'It has been written down. If it happens again, tell us the request id below.',
    next: 'retry',
  },
};

/**
 * A failure we expected and can explain.
 *
 * `message` is for the operator and may name claims, never their values or any token.
 * `status` is what the browser or API caller sees; `cause` keeps the library's own error.
 */
export class RelyingPartyError extends Error {
  override readonly name = 'RelyingPartyError';
  readonly code: RelyingPartyErrorCode;

  constructor(code: RelyingPartyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** One thing wrong with the configuration: which option, what is wrong, what to do. Never the value of a secret. */
export interface Problem {
  readonly option: string;
  readonly problem: string;
  readonly fix: string;
}

/** The configuration cannot be used; `problems` has all that is wrong with it, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(
      problems.map(({ option, problem, fix }) => `${option} ${problem}; ${fix}`).join('\n'),
      options,
    );
    this.problems = problems;
  }
}
