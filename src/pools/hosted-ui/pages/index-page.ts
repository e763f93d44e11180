import type { Response } from 'express';
import { withQuery } from '../../exchange/answers.js';
import type { PoolsRuntime } from '../../exchange/runtime.js';
import type { AppClient } from '../../model/pool-state.js';
import type { UserPool } from '../../model/user-pool.js';
import { showIndex } from './pages.js';

/**
 * `GET /`: the pools, their addresses, and the console's "Launch Hosted UI" link for each client
 * that is an app.
 */
export function indexPage({ pools }: PoolsRuntime, response: Response): void {
  showIndex(response, {
    pools: pools.map((pool) => ({
      name: pool.name,
      issuer: pool.issuer,
      domain: pool.mainDomain && pool.domain,
      clients: [...pool.clients.values()].flatMap((client) => {
        const launchUrl = hostedUiUrl(pool, client);
        return launchUrl === undefined ? [] : [{ name: client.name, launchUrl }];
      }),
    })),
  });
}

function hostedUiUrl(pool: UserPool, client: AppClient): string | undefined {
  // A client of another pool is no use here: only that pool can begin its sign-ins.
  const redirectUri = client.callbackUrls.find((url) => !url.endsWith('/oauth2/idpresponse'));
  if (pool.mainDomain === undefined) return undefined;
  if (redirectUri === undefined || !client.flows.some((flow) => flow !== 'client_credentials')) {
    return undefined;
  }
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: client.flows.includes('code') ? 'code' : 'token',
    scope: client.scopes.join(' '),
    redirect_uri: redirectUri,
  });
  return withQuery(`${pool.domain}/login`, query);
}
