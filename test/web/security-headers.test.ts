import express, { type Express } from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { securityHeaders } from '../../src/web/pages/security-headers.js';

const site = (https: boolean): Express =>
  express()
    .use(securityHeaders({ https }))
    .use((_req, res) => void res.end());

async function headersOf(app: Express): Promise<Record<string, string | undefined>> {
  return (await request(app).get('/')).headers;
}

async function policyOf(app: Express): Promise<Map<string, string>> {
  const header = (await headersOf(app))['content-security-policy'] ?? '';
  return new Map(
    header.split(';').map((directive) => {
      const [name = '', ...values] = directive.trim().split(' ');
      return [name, values.join(' ')];
    }),
  );
}

it('lets pages load nothing from elsewhere and run nothing inline', async () => {
  const policy = await policyOf(site(true));
  expect(policy.get('default-src')).toBe("'self'");
  expect(policy.get('img-src')).toBe("'self' data:");
  expect(policy.get('object-src')).toBe("'none'");
  expect(policy.get('base-uri')).toBe("'none'");
  expect(policy.get('frame-ancestors')).toBe("'none'");
  expect(policy.get('form-action')).toBe("'self'");
  expect([...policy.values()].join(' ')).not.toContain('unsafe');
  expect([...policy.values()].join(' ')).not.toContain('https:');
});

it('insists on https only where the site is on https', async () => {
  const secure = await headersOf(site(true));
  expect(secure['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
  expect(secure['content-security-policy']).toContain('upgrade-insecure-requests');

  const plain = await headersOf(site(false));
  expect(plain['strict-transport-security']).toBeUndefined();
  expect(plain['content-security-policy']).not.toContain('upgrade-insecure-requests');
});

it('keeps addresses to ourselves but still sends Origin with our own forms', async () => {
  expect((await headersOf(site(true)))['referrer-policy']).toBe('same-origin');
});

it('refuses to be framed or sniffed, and does not say what it runs on', async () => {
  const headers = await headersOf(site(true));
  expect(headers['x-frame-options']).toBe('DENY');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['x-powered-by']).toBeUndefined();
});
