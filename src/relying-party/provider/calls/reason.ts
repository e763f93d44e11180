import * as client from 'openid-client';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import { ProxyFailure } from '../../../errors/proxy-failure.js';
import { quoted, visible } from '../../../errors/strangers-words.js';
import { goesThroughProxy, type ProxyOptions } from './proxy.js';

/** Which address an answer, or the failure to get one, is of. */
const addresses = new WeakMap<object, string>();

/**
 * Calls of which a failure can be told with the address: whoever is woken at night should not have to look for it.
 * @param proxy what they go through, if anything: it is told as well, since it may be the cause
 */
export function rememberAddresses(
  fetch: typeof globalThis.fetch,
  proxy?: ProxyOptions,
): typeof globalThis.fetch {
  return async (input, init) => {
    const address = addressOf(input, proxy);
    const tell = (failure: unknown): never => {
      if (typeof failure === 'object' && failure !== null) addresses.set(failure, address);
      throw failure;
    };
    const response = withoutChallenge(await fetch(input, init).catch(tell));
    addresses.set(response, address);
    const read = response.json.bind(response);
    Object.defineProperty(response, 'json', { value: () => read().catch(tell) });
    return response;
  };
}

/**
 * The answer of an endpoint without its challenge. RFC 6749 section 5.2 has one beside the error of a client that is not known, and
 * openid-client would read the challenge instead of the error. Nothing of ours answers one.
 */
function withoutChallenge(response: Response): Response {
  if (!response.headers.has('www-authenticate')) return response;
  const { status, statusText, body } = response;
  const headers = new Headers(response.headers);
  headers.delete('www-authenticate');
  return new Response(body, { status, statusText, headers });
}

/** Without the query, and a user name and password, which may be secret. */
function addressOf(input: Parameters<typeof fetch>[0], proxy: ProxyOptions | undefined): string {
  const url = new URL(input instanceof Request ? input.url : input);
  const address = quoted(url.origin + url.pathname);
  if (proxy === undefined || !goesThroughProxy(url, proxy)) return address;
  return `${address} through the proxy ${new URL(proxy.url).origin}`;
}

const MAX_LENGTH = 400;

/**
 * What went wrong with a call to the OP, for a reader who knows nothing yet: in words, with the address, and without anything
 * that was sent or received but a status and a type of content.
 */
export function reasonOf(error: unknown): string {
  const chain = causes(error);
  const told = [...new Set(chain.map(words).filter((each) => each !== ''))].join(': ');
  const address = chain.map((each) => addresses.get(each)).find((each) => each !== undefined);
  const where = address === undefined ? '' : ` (asked: ${address})`;
  return visible((told === '' ? 'unknown error' : told).slice(0, MAX_LENGTH)) + where;
}

/** What is to be told of a failure that may be one of ours, which says its reason itself. */
export function detailOf(failure: unknown): string {
  return failure instanceof RelyingPartyError ? failure.message : reasonOf(failure);
}

/** The error and what caused it, outermost first; of several attempts to connect, the last. */
function causes(error: unknown): object[] {
  const chain: object[] = [];
  for (let each = error; typeof each === 'object' && each !== null && chain.length < 8;) {
    chain.push(each);
    // It has told why.
    if (each instanceof ProxyFailure) break;
    const attempt: unknown = each instanceof AggregateError ? each.errors.at(-1) : undefined;
    const answer: unknown = each instanceof client.ResponseBodyError ? each.response : undefined;
    each = attempt ?? answer ?? (each instanceof Error ? each.cause : undefined);
  }
  return chain;
}

function words(each: object): string {
  if (each instanceof Response) return answered(each);
  if (!(each instanceof Error)) return '';
  if (each.name === 'TimeoutError') return 'no answer in time';
  // It quotes what it could not read.
  if (each instanceof SyntaxError) return 'not JSON';
  if (each instanceof RelyingPartyError || each instanceof client.ClientError) return each.message;
  if (each instanceof ProxyFailure) return each.message;
  const { code, reason } = each as { code?: unknown; reason?: unknown };
  if (typeof code !== 'string') return each instanceof TypeError ? '' : each.name;
  // OpenSSL's message is several of its own, with line breaks.
  if (code.startsWith('ERR_SSL_') && typeof reason === 'string') return `${code} ${reason}`;
  // A system's or undici's: `connect ECONNREFUSED 127.0.0.1:443`, `certificate has expired`.
  return each.message.includes(code) ? each.message : `${code} ${each.message}`.trim();
}

const CONTENT_TYPE = /^[\w.+-]+\/[\w.+-]+/;

function answered({ status, headers }: Response): string {
  const type = CONTENT_TYPE.exec(headers.get('content-type') ?? '')?.[0];
  return `status ${status}, ${type?.slice(0, 60) ?? 'no type of content'}`;
}
