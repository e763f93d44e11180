import { Router, type RequestHandler, type Response } from 'express';
import type { z } from 'zod';
import type { ApiAccess } from '../../guards/api-access.js';
import { admin, caller, orders } from './api-schemas.js';
import { authOf, type Authentication } from '../../guards/authentication.js';
import { openApiDocument, type DescribedRoute } from './openapi.js';

export interface ApiOptions {
  /** Makes a guard for an API route; sets `req.auth`. */
  readonly requireApiAccess: (access: ApiAccess) => RequestHandler;
  /** The scope `/api/orders` asks for. */
  readonly ordersScope: string;
  /** The group `/api/admin` asks for. */
  readonly adminGroup: string;
  /** Claims that `/api/me` answers with, if the caller has them. */
  readonly sessionClaims: readonly string[];
  /** Where the site begins. */
  readonly baseUrl: string;
  /** The session cookie's name, for the description. */
  readonly cookie: string;
}

/** A route whose description, check of the answer and answer come from one place. */
interface ApiRoute<Schema extends z.ZodType = z.ZodType> extends DescribedRoute {
  readonly access: ApiAccess;
  readonly answer: Schema;
  readonly respond: (auth: Authentication) => z.input<Schema>;
}

/** API routes guarded in three ways, and `/api/openapi.json`, which describes them. */
export function createApi(options: ApiOptions): Router {
  const { requireApiAccess, baseUrl, cookie } = options;
  const routes = apiRoutes(options);
  const api = Router();
  for (const { path, access, answer, respond } of routes) {
    api.get(path, neverKept, requireApiAccess(access), (req, res) => {
      sendJson(res, answer.parse(respond(authOf(req))));
    });
  }
  const document = openApiDocument({ baseUrl, cookie, routes });
  api.get('/api/openapi.json', (_req, res) => {
    res.set('Cache-Control', 'public, max-age=300').json(document);
  });
  return api;
}

function apiRoutes({ ordersScope, adminGroup, sessionClaims }: ApiOptions): readonly ApiRoute[] {
  return [
    route({
      path: '/api/me',
      summary: 'Who is calling',
      access: {},
      answer: caller,
      respond: ({ subject, username, name, email, groups, scopes, claims, via }) => ({
        sub: subject,
        username: username ?? null,
        name: name ?? null,
        email: email ?? null,
        groups,
        scopes,
        claims: Object.fromEntries(
          sessionClaims.flatMap((claim) => (claim in claims ? [[claim, claims[claim]]] : [])),
        ),
        via,
      }),
    }),
    route({
      path: '/api/orders',
      summary: 'Orders, for callers with a scope',
      scope: ordersScope,
      access: { scope: ordersScope },
      answer: orders,
      respond: () => ({
        orders: [
          { id: 'A-1001', item: 'Rescue tube', quantity: 2 },
          { id: 'A-1002', item: 'Whistle', quantity: 12 },
        ],
      }),
    }),
    route({
      path: '/api/admin',
      summary: `For callers in the group ${adminGroup}`,
      access: { group: adminGroup },
      answer: admin,
      respond: ({ subject, groups }) => ({
        sub: subject,
        groups,
        message: `You are in the group ${adminGroup}.`,
      }),
    }),
  ];
}

/** Holds `respond` to the schema; the list then forgets which schema it is. */
const route = <Schema extends z.ZodType>(described: ApiRoute<Schema>): ApiRoute => described;

/**
 * `res.json` would hash the body for an ETag, which is of no use to an answer that nobody may keep.
 */
function sendJson(res: Response, body: unknown): void {
  const text = JSON.stringify(body);
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}

const neverKept: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store').vary('Authorization, Cookie');
  next();
};
