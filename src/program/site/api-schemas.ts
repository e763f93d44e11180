import { z } from 'zod';

/*
 * What the API answers, once: the routes write their bodies with these and /api/openapi.json is
 * made of them. null, not absent: a caller sees from one answer which members there are.
 */

export interface Caller {
  sub: string;
  username: string | null;
  name: string | null;
  email: string | null;
  groups: readonly string[];
  scopes: readonly string[];
  claims: Readonly<Record<string, unknown>>;
  via: 'session' | 'bearer';
}

export const caller: z.ZodType<Caller, Caller> = z
  .object({
    sub: z.string().describe('The subject at the issuer'),
    username: z.string().nullable(),
    name: z.string().nullable().describe('null for callers with a bearer token'),
    email: z.string().nullable().describe('null if not verified, and for bearer tokens'),
    groups: names().describe('cognito:groups'),
    scopes: names(),
    claims: z.record(z.string(), z.unknown()).describe('Those that SESSION_CLAIMS names'),
    via: z.enum(['session', 'bearer']),
  })
  .describe('Who is calling');

export interface Orders {
  orders: readonly { id: string; item: string; quantity: number }[];
}

export const orders: z.ZodType<Orders, Orders> = z
  .object({
    orders: z.array(
      z.object({ id: z.string(), item: z.string(), quantity: z.int().min(1).max(1_000_000) }),
    ),
  })
  .describe('The orders');

export interface Admin {
  sub: string;
  groups: readonly string[];
  message: string;
}

export const admin: z.ZodType<Admin, Admin> = z
  .object({ sub: z.string(), groups: names(), message: z.string() })
  .describe('Proof of being an administrator');

/** As `web/problem.ts` sends it. @see RFC 9457 section 3 */
export const problem: z.ZodType = z
  .object({
    type: z.string().describe('urn:lifeguard:problem:<code>'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string().describe('Stable; the README has the list'),
    request_id: z.string(),
  })
  .describe('Why not (RFC 9457)');

function names(): z.ZodType<readonly string[], readonly string[]> {
  return z.array(z.string()).readonly();
}
