import type { Response } from 'express';

/**
 * Sends a page that may show who is signed in: nobody may keep it, not the browser's back button
 * either.
 *
 * @param html a whole document, already escaped
 */
export function sendPage(res: Response, html: string, status = 200): void {
  res.status(status).set('Cache-Control', 'no-store').vary('Cookie').type('html').send(html);
}
