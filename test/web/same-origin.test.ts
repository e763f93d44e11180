import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { errorHandler } from '../../src/web/pages/error-handler.js';
import { sameOriginOnly } from '../../src/web/request/same-origin.js';

const ours = 'https://app.example';
const app = express()
  .use(sameOriginOnly(`${ours}/`), (_req, res) => void res.end('done'))
  .use(errorHandler({ renderError: () => Promise.resolve(''), onError: () => undefined }));

describe('a request that changes something is carried out', () => {
  it.each([
    ['from our own pages', { 'Sec-Fetch-Site': 'same-origin', Origin: ours }],
    ['by the person alone, without any page', { 'Sec-Fetch-Site': 'none' }],
    ['from our own pages in a browser without Sec-Fetch-Site', { Origin: ours }],
  ])('%s', async (_whence, headers: Record<string, string>) => {
    const response = await request(app).post('/').set(headers);
    expect(response.text).toBe('done');
  });
});

describe('a request that changes something is refused', () => {
  it.each([
    ['from another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    [
      'from a sibling subdomain',
      { 'Sec-Fetch-Site': 'same-site', Origin: 'https://x.app.example' },
    ],
    ['from another site that copies our Origin', { 'Sec-Fetch-Site': 'cross-site', Origin: ours }],
    ['with Sec-Fetch-Site sent twice', { 'Sec-Fetch-Site': 'same-origin, cross-site' }],
    ['from another Origin', { Origin: 'https://evil.example' }],
    ['from our host on another port', { Origin: `${ours}:8443` }],
    ['from our host without TLS', { Origin: 'http://app.example' }],
    ['from a name that begins with ours', { Origin: `${ours}.evil.example` }],
    ['from an opaque Origin', { Origin: 'null' }],
    ['without proof', {}],
    ['with a Referer of ours as the only proof', { Referer: `${ours}/` }],
  ])('%s', async (_whence, headers: Record<string, string>) => {
    const response = await request(app).post('/').set(headers);
    expect(response.status).toBe(403);
    expect(response.body).toMatchObject({ code: 'csrf_refused' });
  });

  it.each(['put', 'patch', 'delete'] as const)('by %s too', async (method) => {
    const response = await request(app)[method]('/').set('Sec-Fetch-Site', 'cross-site');
    expect(response.status).toBe(403);
  });
});

it('lets anyone read', async () => {
  const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' };
  await request(app).get('/').set(headers).expect(200);
  await request(app).head('/').set(headers).expect(200);
});
