import type { Response } from 'express';

/** An error as a program reads it. Members named as in RFC 9457; `code` is ours and stable. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  /** The value of `WWW-Authenticate`, which RFC 9110, section 15.5.2 demands on every 401. */
  readonly challenge?: string;
  /** Members of our own, for programs. */
  readonly extensions?: Readonly<Record<string, string>> | undefined;
}

/**
 * Answers with `application/problem+json` that nobody may keep.
 *
 * @see RFC 9457, section 3
 */
export function sendProblem(res: Response, problem: Problem): void {
  const { status, code, title, detail, requestId, challenge, extensions } = problem;
  res.status(status).set('Cache-Control', 'no-store').vary('Authorization, Cookie, Accept');
  if (challenge !== undefined) res.set('WWW-Authenticate', challenge);
  const type = `urn:lifeguard:problem:${code}`;
  const body = { type, title, status, detail, code, request_id: requestId, ...extensions };
  res.set('Content-Type', 'application/problem+json').send(JSON.stringify(body));
}
