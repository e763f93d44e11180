import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** In words, because it is no fault of the person, who can mend it alone. No route, and so no page of ours, ever saw the request. */
const COOKIES_TOO_LARGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Too many cookies</title>
<h1>Your browser sends too many cookies</h1>
<p>Together they are larger than this site can take, so it cannot answer. Delete the cookies of this site in your browser’s
settings (most have it behind the sign left of the address, under “Cookies and site data”), then open the page again.</p>
</html>
`;

/**
 * Answers what Node could not read as a request, in place of its bare status lines, and hangs up. Whose headers are too large is
 * told what to do: nearly always it is cookies, and nothing else that a person can change.
 *
 * @see RFC 6585 section 5
 */
export function answerUnreadable(error: Error, socket: Socket): void {
  // As Node itself looks: into the midst of another answer on the same connection nothing may be written.
  const { _httpMessage: underWay } = socket as { _httpMessage?: ServerResponse | null };
  if (!socket.writable || underWay?.headersSent === true) {
    socket.destroy();
    return;
  }
  const code = 'code' in error ? String(error.code) : '';
  const status = STATUS_OF[code] ?? 400;
  const body = status === 431 ? COOKIES_TOO_LARGE : '';
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Cache-Control: no-store',
    'Content-Type: text/html; charset=utf-8',
    "Content-Security-Policy: default-src 'none'",
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
