import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { assets, assetUrl } from '../../src/web/pages/assets.js';

const app = express().use(assets());

it('serves what a page links to, small and for ever', async () => {
  const response = await request(app).get(assetUrl('pico.css'));
  expect(response.status).toBe(200);
  expect(response.headers['content-type']).toBe('text/css; charset=utf-8');
  expect(response.headers['content-encoding']).toBe('gzip');
  expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(response.text).toContain('--pico-primary');
});

it('serves it as it is to whoever cannot unpack it', async () => {
  const response = await request(app).get(assetUrl('pico.css')).set('Accept-Encoding', 'identity');
  expect(response.headers['content-encoding']).toBeUndefined();
  expect(response.headers['vary']).toContain('Accept-Encoding');
  expect(response.text).toContain('--pico-primary');
});

it('gives a page of another version today’s file, but not to keep', async () => {
  const response = await request(app).get('/assets/lifeguard.0123456789ab.css');
  expect(response.status).toBe(200);
  expect(response.headers['cache-control']).toBe('no-cache');
});

it.each([
  '/assets/nothing.0123456789ab.css',
  '/assets/lifeguard.css',
  '/assets/..%2flayout.x.eta',
  '/assets/%2e%2e%2f%2e%2e%2fpackage.x.json',
  '/assets/constructor.x.css',
])('has no %s', async (path) => {
  expect((await request(app).get(path)).status).toBe(404);
});

it('has an icon for browsers that ask unbidden', async () => {
  const response = await request(app).get('/favicon.ico');
  expect(response.headers['content-type']).toBe('image/svg+xml');
});
