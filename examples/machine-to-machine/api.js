import express from 'express';

/** The API that the program calls. */
export function createApi(relyingParty) {
  const api = express();
  api.get('/orders', relyingParty.requireApiAccess({ scope: 'orders/read' }), (_req, res) => {
    res.json({ orders: ['A-1001', 'A-1002'] });
  });
  return api;
}
