import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import {
  LEAST_SECRET_BYTES,
  problemWithBasePath,
  problemWithUrlWithoutQuery,
  problemWithNamespace,
  problemWithOrigin,
  problemWithScope,
  problemWithUrl,
} from '../../../relying-party/options/values.js';
import { MOST_CLIENT_SECRETS } from '../../../relying-party/provider/secrets/client-secrets.js';
import { readClientKey } from '../../../tokens/client-key.js';

/*
 * One schema per kind of value, each from the variable's text. The messages complete the sentence
 * "NAME …" and never contain the text itself: it may be a secret in the wrong place.
 */

/**
 * Checks text with a function that says what is wrong with it, or nothing, and keeps it as it is.
 */
const text = (problemWith: (value: string) => string | undefined): z.ZodType<string, string> =>
  z.string().superRefine((value, context) => {
    const problem = problemWith(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** Empty text is "not set". */
const leftOutIfEmpty = <Value extends string>(value: Value): Exclude<Value, ''> | undefined =>
  value === '' ? undefined : (value as Exclude<Value, ''>);

/** Where users or secrets may be sent. */
export const secureUrl = text(problemWithUrl);

export const urlWithoutQuery = text(problemWithUrlWithoutQuery);

export const origin = text(problemWithOrigin).transform((value) => new URL(value).origin);

export const basePath = text(problemWithBasePath);

export const optionalCookieNamespace = text(problemWithNamespace).transform(leftOutIfEmpty);

/** A whole number in a range, or words that stand for one. */
export const wholeNumber = (
  [least, most]: readonly [number, number],
  words: Readonly<Record<string, () => number>> = {},
): z.ZodType<number, string> =>
  text((value) => {
    if (Object.hasOwn(words, value)) return undefined;
    if (!/^-?\d+$/.test(value)) return 'is not a whole number';
    if (Number(value) > most) return `is too large (${most} is the most)`;
    return Number(value) < least ? `is too small (${least} is the least)` : undefined;
  }).transform((value) => (Object.hasOwn(words, value) ? words[value]!() : Number(value)));

/** A port, or nothing. */
export const optionalPort = wholeNumber([1, 65_535], {
  '': () => 0,
}).transform((port) => (port === 0 ? undefined : port));

export const workers = wholeNumber([1, 256], {
  auto: availableParallelism,
});

/** A single word: client IDs, host names, scopes. */
export const word = text((value) =>
  /^[\x21-\x7e]+$/.test(value) ? undefined : 'contains spaces or unusual characters',
);

const separated = (isSemicolonWrong: (part: string) => boolean): z.ZodType<string[], string> =>
  z
    .string()
    .transform((value) => value.split(/[\s,]+/).filter((part) => part !== ''))
    .superRefine((list, context) => {
      if (!list.some(isSemicolonWrong)) return;
      context.addIssue({ code: 'custom', message: 'has ; in it, where commas belong' });
    });

export const words = separated((part) => part.includes(';'));

/**
 * Names or addresses of an API, or `none` in writing. Inside an address a semicolon may be meant.
 */
export const audience = separated((part) => /;(?:$|https?:)/.test(part))
  .superRefine((list, context) => {
    if (list.length < 2 || !list.includes('none')) return;
    context.addIssue({ code: 'custom', message: 'says none and something else' });
  })
  .transform((list) => (list[0] === 'none' ? null : list));

/** Origins exactly as browsers send them, or `*` for all. */
export const origins = words.superRefine((list, context) => {
  for (const each of list) {
    if (each.includes(';')) continue;
    const isOrigin =
      each === '*' || (URL.canParse(each) && new URL(each).origin === each && !each.includes('*'));
    if (!isOrigin) context.addIssue({ code: 'custom', message: 'contains what is not an origin' });
  }
});

export const scope = text(problemWithScope).transform((value) => value.split(/\s+/).join(' '));

/** One, or two with a blank or line break between, newest first; `none` for a public client. */
export const clientSecrets = z
  .string()
  .transform((value) => [...new Set(value.split(/\s+/).filter((part) => part !== ''))])
  .superRefine((list, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (!list.every((each) => /^[\x21-\x7e]+$/.test(each))) complain('contains unusual characters');
    if (list.length > MOST_CLIENT_SECRETS) complain(`is more than ${MOST_CLIENT_SECRETS} secrets`);
    if (list.length > 1 && list.includes('none')) complain('says none and something else');
  })
  .transform((list) => list.filter((each) => each !== 'none'));

export const clientKey = text((value) => {
  if (value === '') return undefined;
  try {
    readClientKey({ key: value });
    return undefined;
  } catch (error) {
    return PATH.test(value)
      ? 'is a path, and not the key in that file'
      : (error as TypeError).message;
  }
}).transform(leftOutIfEmpty);

/** In one line, and like a path at its beginning or its end, which no key is. */
const PATH = /^(?:[/~.]|[A-Za-z]:[\\/]).*$|^.+\.(?:pem|key|p8|jwk|json)$/;

export const clientAuthentication = z
  .enum(['', 'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'], {
    error: 'is no method of client authentication',
  })
  .transform(leftOutIfEmpty);

export const userInfo = z.enum(['merge', 'none'], {
  error: 'is neither merge nor none',
});

export const pushedAuthorizationRequests = z
  .enum(['always', 'as-required'], { error: 'is neither always nor as-required' })
  .transform((value) => value === 'always');

/**
 * A secret may be a sentence, or have any sign in it; words of which each could be a generated one
 * are several.
 */
function separatorOfSecrets(secret: string): string | undefined {
  const parts = secret.split(/[\s;]+/);
  const isSecret = (part: string): boolean =>
    /^[\w+/=-]+$/.test(part) && part.length >= LEAST_SECRET_BYTES;
  if (parts.length === 1 || !parts.every(isSecret)) return undefined;
  return secret.includes(';') ? ';' : 'blanks';
}

/** Several secrets, separated by commas or line breaks, newest first. */
export const secrets = z
  .string()
  .transform((value) => value.split(/[,\r\n]+/).map((secret) => secret.trim()))
  .transform((parts) => parts.filter((secret) => secret !== ''))
  .superRefine((parts, context) => {
    if (parts.length === 0) context.addIssue({ code: 'custom', message: 'has no secret in it' });
    for (const [index, secret] of parts.entries()) {
      const separator = separatorOfSecrets(secret);
      if (separator !== undefined) {
        const message = `has ${separator} between secrets, where commas or line breaks belong`;
        context.addIssue({ code: 'custom', message });
      }
      const bytes = Buffer.byteLength(secret);
      if (bytes >= LEAST_SECRET_BYTES) continue;
      const which = parts.length === 1 ? '' : ` in its secret number ${index + 1}`;
      context.addIssue({ code: 'custom', message: `is ${bytes} bytes long${which}` });
    }
  });

export const bearerSecret = text((value) =>
  value === '' || /^[\x21-\x7e]{16,}$/.test(value)
    ? undefined
    : 'is shorter than 16 characters, or contains spaces',
).transform(leftOutIfEmpty);

/** As other tools take it: `http://` may be left out. A user name and password are the proxy's. */
export const proxy = z
  .string()
  .transform((value) => (value === '' || value.includes('://') ? value : `http://${value}`))
  .pipe(
    text((value) => {
      if (value === '') return undefined;
      if (!URL.canParse(value)) return 'is not a URL';
      const { protocol, pathname, search, hash } = new URL(value);
      if (protocol !== 'http:' && protocol !== 'https:') return 'is neither http nor https';
      return pathname === '/' && search === '' && hash === '' ? undefined : 'has a path or query';
    }),
  )
  .transform(leftOutIfEmpty);

const storeForms =
  /^(memory:$|file:.|rediss?:\/\/[^/]|rediss?\+sentinel:\/\/[^/]|rediss?\+cluster:\/\/[^/])/;

export const sessionStore = text((value) =>
  storeForms.test(value) ? undefined : 'is none of the forms we know',
);

const proxyNames: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

function isProxyAddress(part: string): boolean {
  if (proxyNames.includes(part)) return true;
  const [address = '', prefix, ...rest] = part.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    prefix === undefined ||
    (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
  );
}

const MOST_PROXIES = 99;

/** `true`, `false`, how many proxies, or their addresses. */
export const trustProxy = text((value) => {
  if (['true', 'false'].includes(value)) return undefined;
  if (/^\d+$/.test(value)) {
    return Number(value) > MOST_PROXIES ? `is too large (${MOST_PROXIES} is the most)` : undefined;
  }
  const areAddresses = (parts: readonly string[]): boolean => parts.every(isProxyAddress);
  if (areAddresses(value.split(',').map((part) => part.trim()))) return undefined;
  return areAddresses(value.split(/[\s,;]+/))
    ? `has ${value.includes(';') ? ';' : 'blanks'} between addresses, where commas belong`
    : 'names something that is no address';
}).transform((value) => {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d+$/.test(value) ? Number(value) : value.split(',').map((part) => part.trim());
});

export const flag = z
  .enum(['true', 'false'], { error: 'is neither true nor false' })
  .transform((value) => value === 'true');

/** Left open by an empty value. */
export const optionalFlag = z
  .enum(['', 'true', 'false'], { error: 'is neither true nor false' })
  .transform((value) => (value === '' ? undefined : value === 'true'));

export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'is not a level',
});
