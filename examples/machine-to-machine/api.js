import express from 'express';
import { requireApiAccess } from 'lifeguard';

/** The API that the program calls. */
export function createApi(relyingParty) {
  const api = express();
  api.get('/orders', requireApiAccess(relyingParty, { scope: 'orders/read' }), (_req, res) => {
    res.json({ orders: ['A-1001', 'A-1002'] });
  });
  return api;
}
