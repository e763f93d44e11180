import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * In words, because the person may mend it alone. No route, and so no page of ours, ever saw the
 * request, and Node does not tell what in it was too large.
 */
const TOO_LARGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>This request is too large</title>
<h1>This request is too large</h1>
<p>Its address, its cookies and whatever else was sent with it are together larger than this site can take, so it cannot answer.</p>
<p>If the address is very long, open a shorter one. Otherwise it is most likely cookies: delete the cookies of this site in your
browser’s settings (most have it behind the sign left of the address, under “Cookies and site data”), then open the page again.
A program may have sent too long an access token.</p>
</html>
`;

/**
 * Answers what Node could not read as a request, in place of its bare status lines, and hangs up.
 * Whose headers are too large is told what may be the cause, and what to do.
 *
 * @see RFC 6585 section 5
 */
export function answerUnreadable(error: Error, socket: Socket): void {
  // As Node itself looks: into the midst of another answer on the same connection nothing may be
  // written.
  const { _httpMessage: underWay } = socket as { _httpMessage?: ServerResponse | null };
  if (!socket.writable || underWay?.headersSent === true) {
    socket.destroy();
    return;
  }
  const code = 'code' in error ? String(error.code) : '';
  const status = STATUS_OF[code] ?? 400;
  const body = status === 431 ? TOO_LARGE : '';
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
