import express from 'express';
import { authOf, createRelyingParty } from 'lifeguard';
import {
  federatedPoolsSeed,
  relyingPartyOptions,
  startPools,
  upstreamProvider,
} from 'lifeguard/testing';

// Two pools in this process stand in for Cognito's. With pools of your own, give createRelyingParty
// their issuer, clientId and clientSecret, the baseUrl and session: { secrets, store } instead.
export const port = Number(process.env.PORT ?? 3000);
const baseUrl = `http://localhost:${port}`;
export const pools = await startPools({ seed: federatedPoolsSeed({ baseUrl }) });
export const rp = createRelyingParty(
  relyingPartyOptions(pools, {
    baseUrl,
    scope: 'openid email profile orders/read',
    identityProviders: [upstreamProvider(pools)],
  }),
);

export const app = express();
app.use(rp.routes);
app.get('/', (_req, res) => {
  res.send(
    '<a href="/login">Sign in</a> <a href="/orders">Orders</a> <a href="/logout">Sign out</a>',
  );
});
app.get('/orders', rp.requireSession(), (req, res) => {
  res.type('text').send(`Orders of ${authOf(req).name}`);
});
app.get('/api/orders', rp.requireApiAccess({ scope: 'orders/read' }), (req, res) => {
  res.json({ subject: authOf(req).subject, orders: [] });
});
