import { Router, type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { findMounted } from './find-mounted.js';

/** @see RFC 9728 section 3 */
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** How the API describes itself as a protected resource. */
export interface ResourceMetadata {
  /** The address every challenge names. */
  readonly url: string;
  /** Answers at that address and nowhere else: mount it at the root of the host. */
  readonly handler: RequestHandler;
  /**
   * Who is seen to answer there, in the app that has this request; another's metadata may be in
   * front of ours.
   */
  readonly whoAnswers: (req: Request) => 'this' | 'another' | 'nobody';
  /** `routes` passes requests on to the handler. */
  isBehind(routes: RequestHandler): void;
}

export interface ResourceMetadataOptions {
  /** The resource identifier, to the letter. */
  readonly resource: string;
  readonly issuers: readonly string[];
  readonly scopes: readonly string[] | undefined;
  /** Request id and security headers. */
  readonly common: readonly RequestHandler[];
  readonly errorHandler: ErrorRequestHandler;
}

/**
 * What the API is called as a resource: the first of its audiences that is a web address. Where
 * none is, as with Entra's GUIDs, clients still need an address to ask at, and the one origin is
 * it.
 *
 * @see RFC 9728 section 1.2: an https URL without a fragment
 */
export function resourceIdentifier(audience: readonly string[] | null, baseUrl: string): string {
  return audience?.find(isWebAddress) ?? baseUrl;
}

/**
 * Where a resource's metadata lies: the well-known path stands between host and path, and a slash
 * right behind the host goes.
 * @see RFC 9728 section 3.1
 */
function metadataUrl(resource: string): URL {
  const { origin, pathname, search } = new URL(resource);
  return new URL(`${origin}${WELL_KNOWN}${pathname === '/' ? '' : pathname}${search}`);
}

/** The description, and who answers with it. @see RFC 9728 sections 2, 3.2 and 3.3 */
export function createResourceMetadata(options: ResourceMetadataOptions): ResourceMetadata {
  const { resource, issuers, scopes, common, errorHandler } = options;
  const url = metadataUrl(resource);
  const description = {
    resource,
    authorization_servers: issuers,
    bearer_methods_supported: ['header'],
    ...(scopes && { scopes_supported: scopes }),
  };
  let wasReached = false;

  const answer = Router();
  answer.use(...common, (req, res) => {
    // Public, and read by scripts of any site: a client in a browser begins here.
    res.set('Access-Control-Allow-Origin', '*');
    if (req.method === 'OPTIONS') {
      res.set({
        'Access-Control-Allow-Methods': 'GET, HEAD',
        'Access-Control-Allow-Headers': '*',
        'Access-Control-Max-Age': '600',
      });
      res.sendStatus(204);
    } else if (req.method === 'GET' || req.method === 'HEAD') {
      res.set('Cache-Control', 'public, max-age=300').json(description);
    } else {
      res.set('Allow', 'GET, HEAD, OPTIONS');
      throw new RelyingPartyError('method_not_allowed', `${req.method} on the metadata`);
    }
  });
  answer.use(errorHandler);

  const handler: RequestHandler = (req, res, next) => {
    // Below a path no client finds it, whatever it would answer.
    if (req.baseUrl !== '') return next();
    wasReached = true;
    const isHere = req.path === url.pathname && (url.search === '' || searchOf(req) === url.search);
    if (isHere) answer(req, res, next);
    else next();
  };
  const own = new WeakSet<RequestHandler>();
  const answersBy = (mount: RequestHandler): void => {
    own.add(mount);
    addressOf.set(mount, url.href);
  };
  answersBy(handler);
  return {
    url: url.href,
    handler,
    isBehind: answersBy,
    whoAnswers(req) {
      const found = findMounted(req, url.pathname, (handle) => addressOf.get(handle) === url.href);
      if (found !== undefined) return own.has(found) ? 'this' : 'another';
      return wasReached ? 'this' : 'nobody';
    },
  };
}

/** Which address a mount answers, of every relying party in the process. */
const addressOf = new WeakMap<RequestHandler, string>();

function isWebAddress(audience: string): boolean {
  if (!URL.canParse(audience) || audience.includes('#')) return false;
  return ['https:', 'http:'].includes(new URL(audience).protocol);
}

const searchOf = ({ originalUrl }: Request): string => /\?.*$/s.exec(originalUrl)?.[0] ?? '';
