import { BlockList, isIP } from 'node:net';

/** A proxy that calls to other machines go through. */
export interface ProxyOptions {
  /**
   * `http://proxy.example.com:3128`, or `https:`; a user name and password in it are sent to the
   * proxy.
   */
  readonly url: string;
  /**
   * What is reached without it: host names (`example.com` is also every name below it), addresses,
   * networks (`10.0.0.0/8`), each with a port if only that is meant; `*` is everything. Default
   * nothing, but for this machine itself, which is never proxied.
   */
  readonly noProxy?: readonly string[] | undefined;
}

/** What the settings say of it; `undefined` where calls go straight. */
export function proxyOf(settings: {
  readonly httpsProxy?: string | undefined;
  readonly noProxy: readonly string[];
}): ProxyOptions | undefined {
  const { httpsProxy, noProxy } = settings;
  return httpsProxy === undefined ? undefined : { url: httpsProxy, noProxy };
}

/**
 * Whether a call goes through the proxy. This machine never does: a proxy would reach itself there.
 */
export function goesThroughProxy(url: URL, proxy: ProxyOptions | undefined): boolean {
  if (proxy === undefined) return false;
  const host = hostOf(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return !isThisMachine(host) && !(proxy.noProxy ?? []).some((each) => covers(each, host, port));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isThisMachine(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return isInside(LOOPBACK, host);
}

/** One entry of the list, in the forms that curl, Go and Python agree on. */
function covers(entry: string, host: string, port: string): boolean {
  const { name, onlyPort } = readEntry(entry.trim().toLowerCase());
  if (name === '' || (onlyPort !== undefined && onlyPort !== port)) return false;
  if (name === '*' || name === host) return true;
  if (name.includes('/')) return isInside(networkOf(name), host);
  return isIP(name) === 0 && isIP(host) === 0 && host.endsWith(`.${name}`);
}

/**
 * `*.example.com:8443` is the name `example.com` and the port `8443`; an IPv6 address with a port
 * has brackets.
 */
function readEntry(entry: string): { name: string; onlyPort: string | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry);
  if (bracketed !== null) return { name: bracketed[1] ?? '', onlyPort: bracketed[2] };
  const [host = '', port, ...more] = entry.split(':');
  const hasPort = port !== undefined && more.length === 0;
  const name = (hasPort ? host : entry).replace(/^\*?\./, '');
  return { name, onlyPort: hasPort ? port : undefined };
}

function networkOf(text: string): BlockList {
  const [address = '', bits = ''] = text.split('/');
  const network = new BlockList();
  const family = isIP(address);
  const longest = family === 6 ? 128 : 32;
  if (family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest) {
    network.addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  }
  return network;
}

function isInside(network: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && network.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

const hostOf = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
