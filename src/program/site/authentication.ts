import type { Request } from 'express';
import type { Authentication } from '../../guards/authentication.js';

/** What the guard in front of a route has found out. @throws {TypeError} when there is no guard in front of it */
export function authentication(req: Request): Authentication {
  if (req.auth === undefined) throw new TypeError(`${req.path} is not behind a guard`);
  return req.auth;
}
