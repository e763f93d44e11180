import express from 'express';
import { authOf } from 'lifeguard';

/**
 * The backend of a single-page front end: it keeps the tokens, the page has a cookie it cannot read. A request that changes
 * something must come from our own pages, or it is refused.
 */
export function createBackend(relyingParty) {
  const notes = [];
  const backend = express();
  backend.use(relyingParty.routes);
  backend.use(express.static(new URL('public', import.meta.url).pathname));
  backend.use('/api', relyingParty.requireApiAccess({ via: 'session' }), express.json());
  backend.get('/api/me', (req, res) => {
    res.json({ name: authOf(req).name ?? authOf(req).username });
  });
  backend.get('/api/notes', (_req, res) => {
    res.json({ notes });
  });
  backend.post('/api/notes', (req, res) => {
    notes.push(`${authOf(req).name ?? authOf(req).username}: ${req.body.text}`);
    res.status(201).json({ notes });
  });
  return backend;
}
