import express, { type Express } from 'express';
import {
  createRelyingParty,
  type RelyingParty,
  type RelyingPartyOptions,
} from '../../src/index.js';
import {
  federatedPoolsSeed,
  startPools,
  type Pools,
  type PoolsSeed,
} from '../../src/pools/index.js';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import { reservePort, urlOf } from './app.js';

/** Somebody else's Express app that has adopted Lifeguard as a library. */
export interface Host {
  readonly url: string;
  readonly app: Express;
  readonly pools: Pools;
  readonly relyingParty: RelyingParty;
  stop(): Promise<void>;
}

export interface HostOptions {
  readonly options?: Partial<RelyingPartyOptions>;
  readonly seed?: (seed: PoolsSeed) => PoolsSeed;
}

/** Starts the host with the two federated pools; `build` adds its middleware and routes. */
export async function startHost(
  build: (app: Express, relyingParty: RelyingParty) => void,
  { options = {}, seed = (same) => same }: HostOptions = {},
): Promise<Host> {
  const server = await reservePort();
  const url = urlOf(server);
  const pools = await startPools({
    seed: seed(federatedPoolsSeed({ baseUrl: url })),
    keys: 'fixed',
  });
  const now = (): number => pools.clock.now();
  const master = pools.pool('oidc-pool-1');
  const upstream = pools.pool('oidc-pool-2');
  const client = master.client('site');
  const relyingParty = createRelyingParty({
    issuer: master.issuer,
    clientId: client.id,
    clientSecret: client.secret ?? null,
    baseUrl: url,
    session: {
      secrets: ['a secret for tests only - more than 32 bytes'],
      store: new MemoryStore({ now }),
    },
    identityProviders: [
      {
        name: 'oidc-pool-2',
        label: 'Corporate ID',
        emailDomains: [],
        signOut: {
          kind: 'cognito',
          domain: upstream.domain,
          clientId: upstream.client('master-pool').id,
        },
      },
    ],
    now,
    ...options,
  });
  const app = express();
  build(app, relyingParty);
  server.on('request', app);
  return {
    url,
    app,
    pools,
    relyingParty,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await relyingParty.close();
      await pools.close();
    },
  };
}
