import express from 'express';
import { authOf } from 'lifeguard';

/** An API without pages: whoever calls has an access token. */
export function createApi(relyingParty) {
  const api = express();
  api.use(relyingParty.routes); // for /.well-known/oauth-protected-resource
  api.get('/orders', relyingParty.requireApiAccess({ scope: 'orders/read', via: 'bearer' }), list);
  api.get('/audit', relyingParty.requireApiAccess({ group: 'admins', maxAgeSeconds: 900 }), list);
  return api;
}

function list(req, res) {
  res.json({ caller: authOf(req).subject, orders: ['A-1001', 'A-1002'] });
}
