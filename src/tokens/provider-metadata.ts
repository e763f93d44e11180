/** Where the metadata of an issuer is (OpenID Connect Discovery 1.0, section 4). */
export const discoveryAddress = (issuer: string): string =>
  `${issuer}${issuer.endsWith('/') ? '' : '/'}.well-known/openid-configuration`;

/** An endpoint that a provider's metadata must name, by what is asked of the provider. */
export type RequiredEndpoint =
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'jwks_uri'
  | 'userinfo_endpoint'
  | 'pushed_authorization_request_endpoint';

/** What a sign-in needs. */
export const LOGIN_ENDPOINTS: readonly RequiredEndpoint[] = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
];

/** What is asked of a provider besides a sign-in. */
export interface AskedOfProvider {
  readonly mergesUserInfo: boolean;
  readonly pushesRequests: boolean;
}

/** What its metadata must name then. */
export const endpointsFor = ({
  mergesUserInfo,
  pushesRequests,
}: AskedOfProvider): readonly RequiredEndpoint[] => [
  ...LOGIN_ENDPOINTS,
  ...(mergesUserInfo ? (['userinfo_endpoint'] as const) : []),
  ...(pushesRequests ? (['pushed_authorization_request_endpoint'] as const) : []),
];

/** An endpoint of which the metadata names none that can be used. */
export interface EndpointProblem {
  readonly name: string;
  /** Completes the sentence “NAME …”. */
  readonly problem: string;
}

/**
 * In characters. Browsers are sent to it with our parameters behind, in headers of which nginx
 * takes 4 kB from us.
 */
export const MAX_ENDPOINT_LENGTH = 512;

/** Endpoints the browser or a secret goes to must be as safe as the issuer itself. */
export function endpointProblems(
  metadata: Readonly<Record<string, unknown>>,
  issuer: string,
  required: readonly RequiredEndpoint[],
): readonly EndpointProblem[] {
  const optional = ['end_session_endpoint', 'revocation_endpoint'];
  // Needed by whoever sends browsers to an OP that demands it.
  const pushing =
    metadata['require_pushed_authorization_requests'] === true &&
    required.includes('authorization_endpoint')
      ? ['pushed_authorization_request_endpoint']
      : [];
  return [...new Set([...required, ...pushing, ...optional])].flatMap((name) => {
    const value = metadata[name];
    if (value === undefined && optional.includes(name)) return [];
    const problem = problemWith(value, issuer);
    return problem === undefined ? [] : [{ name, problem }];
  });
}

function problemWith(value: unknown, issuer: string): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string' || !isSafeEndpoint(value, issuer)) return 'is not https';
  if (value.length > MAX_ENDPOINT_LENGTH) {
    return `is longer than ${MAX_ENDPOINT_LENGTH} characters`;
  }
  return undefined;
}

function isSafeEndpoint(value: string, issuer: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && isPlainHttp(issuer));
}

/** Whether an issuer is on this machine, as in development. */
export const isPlainHttp = (issuer: string): boolean => new URL(issuer).protocol === 'http:';
