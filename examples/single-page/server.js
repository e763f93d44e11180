import { createRelyingParty } from 'lifeguard';
import { relyingPartyOptions, startPools, upstreamProvider } from 'lifeguard/testing';
import { createBackend } from './app.js';

// On a laptop the embedded pools stand in for Cognito: sign in as alice with Welcome-2-Lifeguard!
const pools = await startPools();
const relyingParty = createRelyingParty(
  relyingPartyOptions(pools, { identityProviders: [upstreamProvider(pools)] }),
);
createBackend(relyingParty).listen(3000, (error) => {
  if (error) throw error;
  console.log('Open http://localhost:3000');
});
