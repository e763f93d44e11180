import * as values from '../config/values.js';
import type { z } from 'zod';
import type { RelyingPartyOptions } from './options.js';

/** The names there are, so that a misspelt one is not silently without effect. */
const NAMES: Readonly<Record<keyof RelyingPartyOptions, true>> = {
  issuer: true,
  clientId: true,
  clientSecret: true,
  baseUrl: true,
  session: true,
  basePath: true,
  cookieNamespace: true,
  scope: true,
  identityProviders: true,
  emailIsVerified: true,
  loginSeconds: true,
  api: true,
  profilePath: true,
  proxy: true,
  viewsFolder: true,
  render: true,
  fetch: true,
  now: true,
};

const BASE_PATH = /^(?:\/[\w~-]+)*$/;
const COOKIE_NAMESPACE = /^[\w.-]*$/;

/**
 * Misuse by the programmer ends at construction and names the option and the fix; TypeScript finds most of it earlier. No value
 * is quoted: it may be a secret in the wrong place.
 *
 * @throws {TypeError}
 */
export function checkOptions(options: RelyingPartyOptions): void {
  for (const name of Object.keys(options)) {
    if (!(name in NAMES)) throw misuse(name, 'is not an option', closestTo(name));
  }
  checkWith(values.issuer, 'issuer', options.issuer, 'copy it from the discovery document');
  if (!isText(options.clientId)) throw misuse('clientId', 'is missing', 'give the client ID');
  if (options.clientSecret !== null && !isText(options.clientSecret)) {
    throw misuse('clientSecret', 'is missing', 'give it, or write null for a public client');
  }
  checkWith(values.origin, 'baseUrl', options.baseUrl, 'write e.g. https://www.example.com');
  checkPath('basePath', options.basePath ?? '', BASE_PATH, 'write e.g. /auth, or leave it out');
  checkPath('cookieNamespace', options.cookieNamespace ?? '', COOKIE_NAMESPACE, 'write one word');
  if (options.scope !== undefined) {
    checkWith(values.scope, 'scope', options.scope, 'write e.g. openid email profile');
  }
  checkSession(options.session);
  checkSeconds('loginSeconds', options.loginSeconds, 1);
  checkFlag('emailIsVerified', options.emailIsVerified);
  checkProviders(options);
  checkApi(options);
}

function checkSession(session: RelyingPartyOptions['session'] | undefined): void {
  const { secrets, store, idleSeconds, absoluteSeconds } = session ?? {};
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw misuse('session.secrets', 'is empty', 'give at least one of 32 bytes or more');
  }
  for (const secret of secrets as unknown[]) {
    const bytes = typeof secret === 'string' ? Buffer.byteLength(secret) : 0;
    if (bytes < values.leastSecretBytes) {
      const problem = `has one of ${bytes} bytes`;
      const fix = `use at least ${values.leastSecretBytes} (openssl rand -base64 32)`;
      throw misuse('session.secrets', problem, fix);
    }
  }
  if (typeof store?.read !== 'function' || typeof store.create !== 'function') {
    throw misuse('session.store', 'is no session store', 'use await openSessionStore(…)');
  }
  checkSeconds('session.idleSeconds', idleSeconds, 1);
  checkSeconds('session.absoluteSeconds', absoluteSeconds, 1);
}

function checkProviders({ identityProviders = [] }: RelyingPartyOptions): void {
  const names = identityProviders.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw misuse('identityProviders', 'names one twice', 'give each its own name');
  }
  for (const { emailIsVerified } of identityProviders) {
    checkFlag('identityProviders[].emailIsVerified', emailIsVerified);
  }
}

function checkApi({ issuer: own, api = {} }: RelyingPartyOptions): void {
  checkSeconds('api.clockToleranceSeconds', api.clockToleranceSeconds, 0);
  const seen = new Set([own]);
  for (const { issuer, clientIds } of api.issuers ?? []) {
    checkWith(values.issuer, 'api.issuers', issuer, 'copy each from its discovery document');
    if (!Array.isArray(clientIds) || !clientIds.some(isText)) {
      throw misuse(
        'api.issuers',
        'has one without clientIds',
        'name the clients it is trusted for',
      );
    }
    if (seen.has(issuer)) {
      throw misuse('api.issuers', 'has an issuer twice', 'use api.clientIds for our own issuer');
    }
    seen.add(issuer);
  }
}

function checkWith(
  schema: z.ZodType<string, string>,
  option: string,
  value: unknown,
  fix: string,
): void {
  const { success, error } = schema.safeParse(value);
  if (success) return;
  throw misuse(option, isText(value) ? error.issues[0]!.message : 'is missing', fix);
}

function checkPath(option: string, value: unknown, pattern: RegExp, fix: string): void {
  if (typeof value !== 'string' || !pattern.test(value)) throw misuse(option, 'is not one', fix);
}

function checkSeconds(option: string, value: number | undefined, least: number): void {
  if (value !== undefined && !(Number.isFinite(value) && value >= least)) {
    throw misuse(option, 'is not a number of seconds', `give ${least} or more`);
  }
}

function checkFlag(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw misuse(option, 'is not a boolean', 'write true or false');
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const misuse = (option: string, problem: string, fix: string): TypeError =>
  new TypeError(`createRelyingParty: ${option} ${problem}; ${fix}`);

function closestTo(name: string): string {
  const known = Object.keys(NAMES);
  const meant = known.find((each) => each.toLowerCase() === name.toLowerCase());
  return meant === undefined ? `there are ${known.join(', ')}` : `write ${meant}`;
}
