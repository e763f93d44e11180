import * as client from 'openid-client';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import { ProxyFailure } from '../../../errors/proxy-failure.js';
import { visible } from '../../../errors/strangers-words.js';
import { askedAddresses } from './asked-addresses.js';

const MAX_LENGTH = 400;

/**
 * What went wrong with a call to the OP, for a reader who knows nothing yet: in words, with the
 * address, and without anything that was sent or received but a status and a type of content.
 */
export function reasonOf(error: unknown): string {
  const chain = causes(error);
  const told = [...new Set(chain.map(words).filter((each) => each !== ''))].join(': ');
  const address = chain.map((each) => askedAddresses.get(each)).find((each) => each !== undefined);
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
  if (each instanceof Response) return describeAnswer(each);
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

function describeAnswer({ status, headers }: Response): string {
  const type = CONTENT_TYPE.exec(headers.get('content-type') ?? '')?.[0];
  return `status ${status}, ${type?.slice(0, 60) ?? 'no type of content'}`;
}
