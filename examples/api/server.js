import { createRelyingParty } from 'lifeguard';
import { relyingPartyOptions, startPools } from 'lifeguard/testing';
import { createApi } from './app.js';

// On a laptop the embedded pools stand in for Cognito.
const pools = await startPools({ port: 4000 });
const master = pools.pool('oidc-pool-1');
const { id, secret } = master.client('machine');
const relyingParty = createRelyingParty(relyingPartyOptions(pools, { api: { clientIds: [id] } }));
createApi(relyingParty).listen(3000, (error) => {
  if (error) throw error;
  console.log(`API_URL=http://localhost:3000 TOKEN_URL=${master.domain}/oauth2/token`);
  console.log(`CLIENT=${id}:${secret} sh curl.sh`);
});
