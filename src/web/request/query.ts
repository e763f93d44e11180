import { parse } from 'node:querystring';
import type { Request } from 'express';

/**
 * A request's query, whichever parser the host app has, or if it has none: text, or a list where a
 * name is repeated.
 */
export function queryOf(req: Request): Readonly<Record<string, string | string[] | undefined>> {
  const start = req.url.indexOf('?');
  return parse(start === -1 ? '' : req.url.slice(start + 1));
}
