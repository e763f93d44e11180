/** What a page of a user pool's domain says is wrong. */
export type PoolPageError =
  | 'redirect_mismatch'
  | 'client_unknown'
  | 'parameter_missing'
  | 'login_option_unavailable'
  | 'pages_without_branding'
  | 'error_page';

/**
 * Recognises the pages on which a user pool keeps an error to itself, instead of sending it to the
 * client. Both generations of its pages say these things, at different addresses.
 *
 * @param body HTML, or as much of it as there is
 * @returns `undefined` for a page that reports nothing, such as the sign-in page
 */
export function poolPageError(url: URL, status: number, body: string): PoolPageError | undefined {
  const text = `${url.searchParams.get('errorMessage') ?? ''} ${body}`;
  if (text.includes('Login option is not available')) return 'login_option_unavailable';
  if (status === 403 && text.includes('Login pages unavailable')) return 'pages_without_branding';
  if (/Required String parameter|Missing required parameter/.test(text)) return 'parameter_missing';
  if (!url.pathname.endsWith('/error')) return status >= 400 ? 'error_page' : undefined;
  const error = url.searchParams.get('error');
  if (error === 'redirect_mismatch') return error;
  return error === 'invalid_request' ? 'client_unknown' : 'error_page';
}

/** The identity providers a classic sign-in page has buttons for, by name. */
export function providersOffered(body: string): string[] {
  const names = [...body.matchAll(/identity_provider(?:=|"\s+value=")([^&"'\s]+)/g)];
  return [...new Set(names.map(([, name]) => decode(name!)))];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
