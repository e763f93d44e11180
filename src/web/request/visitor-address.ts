import { isIP } from 'node:net';

const IN_BRACKETS = /^\[([^\]]*)\](?::\d{1,5})?$/;
const WITH_PORT = /^([\d.]+):\d{1,5}$/;

/**
 * A visitor's address without the port that some proxies write behind it in `X-Forwarded-For`
 * (Azure's Application Gateway does): each connection has another, and would count as another
 * visitor.
 */
export function visitorAddress(forwarded: string): string {
  const address = (IN_BRACKETS.exec(forwarded) ?? WITH_PORT.exec(forwarded))?.[1];
  return address !== undefined && isIP(address) !== 0 ? address : forwarded;
}
