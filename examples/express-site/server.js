import { createRelyingParty } from 'lifeguard';
import {
  federatedPoolsSeed,
  relyingPartyOptions,
  startPools,
  upstreamProvider,
} from 'lifeguard/testing';
import { createShop } from './app.js';

// On a laptop the embedded pools stand in for Cognito: sign in as alice with Welcome-2-Lifeguard!
const baseUrl = 'http://localhost:3000';
const seed = federatedPoolsSeed({ baseUrl });
const [master, upstream] = seed.pools;
const [site] = master.clients;
site.callbackUrls = [`${baseUrl}/account/callback`];
upstream.clients[0].logoutUrls = site.logoutUrls = [`${baseUrl}/account/logout/continue`];

const pools = await startPools({ seed });
const relyingParty = createRelyingParty(
  relyingPartyOptions(pools, {
    baseUrl,
    basePath: '/account',
    identityProviders: [upstreamProvider(pools)],
  }),
);
createShop(relyingParty).listen(3000, (error) => {
  if (error) throw error;
  console.log(`Open ${baseUrl}/orders`);
});
