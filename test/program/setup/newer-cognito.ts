import type { Pools } from '../../../src/pools/index.js';
import { startApiProxy, type ApiProxy } from './api-proxy.js';

/**
 * The API of some pools, as a Cognito that knows more than the SDK: each answer of this operation
 * (of every description, if it ends with `*`) has a member that nobody knows yet.
 */
export const startNewerCognito = (pools: Pools, operation: string): Promise<ApiProxy> =>
  startApiProxy(pools, (asked, body) => {
    const isMeant = operation.endsWith('*')
      ? asked.startsWith(operation.slice(0, -1))
      : asked === operation;
    if (!isMeant) return body;
    const [[name, described] = []] = Object.entries(JSON.parse(body) as object);
    return JSON.stringify({ [name!]: { ...described, NewIn2027: { On: true } } });
  });
