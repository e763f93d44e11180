import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnosed } from '../../../src/program/doctor/diagnose.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { reservePort, startApp, urlOf } from '../../support/app.js';
import { freePort } from '../../support/free-port.js';
import { createCertificate, findNginx, startNginx } from '../../support/nginx.js';
import { startPatient } from './patient.js';

const nginx = findNginx();

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const about = [
  'cookies_lost',
  'query_lost',
  'long_headers_refused',
  'sign_in_fails',
  'site_not_ready',
  'site_unexpected',
];

/** What is found about a site at this address, by its code. */
async function findingsAt(baseUrl: string): Promise<Diagnosed[]> {
  const patient = await startPatient();
  endings.push(() => patient.stop());
  patient.environment['BASE_URL'] = baseUrl;
  const { findings } = await patient.examine('outside');
  return findings.filter(({ code }) => about.includes(code));
}

/** What is found about a site that runs with these settings, by its code. */
async function findingsOfRunning(change: Record<string, string>): Promise<string[]> {
  const server = await reservePort();
  const patient = await startPatient();
  Object.assign(patient.environment, change);
  const app = await startApp(patient.environment, { server });
  endings.push(
    () => patient.stop(),
    () => app.stop(),
  );
  patient.environment['BASE_URL'] = urlOf(server);
  const { findings } = await patient.examine('outside');
  return findings.map(({ code }) => code);
}

async function startSite(options: { store?: MemoryStore } = {}): Promise<Server> {
  const server = await reservePort();
  const patient = await startPatient();
  const app = await startApp(patient.environment, { server, ...options });
  endings.push(
    () => patient.stop(),
    () => app.stop(),
  );
  return server;
}

describe.skipIf(nginx === undefined)('doctor, about nginx in front', () => {
  async function behindNginx(settings: string, onTheWay = ''): Promise<string> {
    const site = urlOf(await startSite());
    const certificate = createCertificate();
    const port = await freePort();
    const server = await startNginx(
      nginx!,
      certificate.folder,
      `server { listen 127.0.0.1:${port}; ${settings} location / { ${onTheWay} proxy_pass ${site}; } }`,
    );
    endings.push(
      () => certificate.remove(),
      () => server.stop(),
    );
    return `http://127.0.0.1:${port}`;
  }

  it('notices that it takes no long headers', async () => {
    const url = await behindNginx(
      'client_header_buffer_size 512; large_client_header_buffers 4 1k;',
    );
    const [finding, ...others] = await findingsAt(url);
    expect(others).toEqual([]);
    expect(finding?.code).toBe('long_headers_refused');
    expect(finding?.what).toContain('status 400');
  });

  it.each([
    ['cookies_lost', 'proxy_set_header Cookie "";', /cookie that a browser sends back/],
    ['cookies_lost', 'proxy_hide_header Set-Cookie;', /sets no cookie/],
    ['query_lost', 'rewrite ^(.*)$ $1? break;', /behind the \?/],
    ['sign_in_fails', 'proxy_buffer_size 1k; proxy_buffers 8 1k;', /status 502/],
  ])('names what is lost on the way: %s by %s', async (code, settings, words) => {
    const [finding, ...others] = await findingsAt(await behindNginx('', settings));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code, what: expect.stringMatching(words) });
  });

  it('is content with it as it is', async () => {
    expect(await findingsAt(await behindNginx(''))).toEqual([]);
  });
});

describe('doctor, about the running site', () => {
  it('says what the site itself says of its store', async () => {
    const store = Object.assign(new MemoryStore({ now: Date.now }), {
      read: async () => undefined,
    });
    const found = await findingsAt(urlOf(await startSite({ store })));
    expect(found.map(({ code }) => code)).toEqual(['site_not_ready']);
    expect(found[0]?.what).toContain('fails at “read”: forgets');
  });

  it('says that no sign-in begins there, although the site runs', async () => {
    const server = createServer(({ url }, res) => {
      res.writeHead(url?.startsWith('/login') ? 500 : 200).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    endings.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const found = await findingsAt(url);
    expect(found.map(({ code }) => code)).toEqual(['sign_in_fails']);
    expect(found[0]?.what).toContain('status 500');
  });

  it('names the setting, and not the sign-ins that fail of it', async () => {
    const found = await findingsOfRunning({ PUSHED_AUTHORIZATION_REQUESTS: 'always' });
    expect(found[0]).toBe('pushed_requests_unsupported');
    expect(found).not.toContain('sign_in_fails');
  });
});
