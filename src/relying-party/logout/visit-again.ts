import type { Request } from 'express';
import { queryOf } from '../../web/request/query.js';
import type { RelyingPartyContext } from '../context.js';
import { isHop, type LogoutChain } from './chain.js';

/** Each is the name of an identity provider to visit besides the OP; without a value, none. */
const PARAMETER = 'visit';

/**
 * Where a form posts that visits the hops of a complete chain again, if one of them was at Cognito: that the browser was there is
 * not sure then. By then nothing is remembered of the chain any more, so the address says what was in it.
 */
export function visitAgainHref(
  { basePath }: RelyingPartyContext,
  chain: LogoutChain,
): string | undefined {
  const visited = chain.filter((step) => isHop(step) && step.outcome === 'done');
  if (visited.every(({ left }) => left?.state !== undefined)) return undefined;
  const providers = visited.flatMap(({ provider }) => provider ?? []);
  const query = new URLSearchParams(providers.length === 0 ? { [PARAMETER]: '' } : []);
  for (const provider of providers) query.append(PARAMETER, provider);
  return `${basePath}/logout?${query.toString()}`;
}

/** The identity providers such a form names, of those there are; `undefined` when it is no such form. */
export function visitedAgain(
  { identityProviders }: RelyingPartyContext,
  req: Request,
): readonly string[] | undefined {
  const value = queryOf(req)[PARAMETER];
  if (value === undefined) return undefined;
  const named = new Set([value].flat());
  return identityProviders.map(({ name }) => name).filter((name) => named.has(name));
}
