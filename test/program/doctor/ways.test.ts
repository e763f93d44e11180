import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { diagnose } from '../../../src/program/doctor/diagnose.js';
import { federatedPoolsSeed, type Pools, startPools } from '../../../src/pools/index.js';
import { endCommands, lifeguard } from '../cli/command.js';
import { freePort } from '../../support/free-port.js';
import { createCertificate } from '../../support/nginx.js';
import { type RecordingProxy, startRecordingProxy } from '../../support/recording-proxy.js';
import { environmentFor } from '../../support/world.js';
import { siteUrl } from './patient.js';

/** A host that only the proxy knows. */
const HOST = 'pools.example.test';
const certificate = createCertificate(HOST);
const poolsPort = await freePort();
let pools: Pools;
let proxy: RecordingProxy;

beforeAll(async () => {
  const seed = federatedPoolsSeed({ baseUrl: siteUrl });
  pools = await startPools({ seed, keys: 'fixed', publicUrl: `https://${HOST}`, port: poolsPort });
  proxy = await startRecordingProxy({ certificate, target: `http://127.0.0.1:${poolsPort}` });
});
afterAll(async () => {
  endCommands();
  await proxy.stop();
  await pools.close();
  certificate.remove();
});

async function doctor(
  more: Record<string, string>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const command = lifeguard('doctor', {
    ...environmentFor(pools),
    NODE_EXTRA_CA_CERTS: certificate.certificateFile,
    BASE_URL: siteUrl,
    SESSION_SECRET: 'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo',
    SESSION_STORE: 'file:./data/sessions',
    ...more,
  });
  return { code: await command.exit(), output: command.output().replaceAll(/\s+/g, ' ') };
}

describe('lifeguard doctor, where other machines are behind a proxy', () => {
  it('says that HTTPS_PROXY is needed, where other programs’ variable leads there', async () => {
    const { code, output } = await doctor({ HTTP_PROXY: proxy.url });
    expect([code, output]).toEqual([1, expect.stringContaining('problem proxy_needed')]);
    expect(output).toContain('Set HTTPS_PROXY to the value of HTTP_PROXY.');
    expect(output).not.toContain('issuer_unreachable');
  });

  it('says that NO_PROXY keeps the host from it', async () => {
    const { code, output } = await doctor({ HTTPS_PROXY: proxy.url, NO_PROXY: '.example.test' });
    expect([code, output]).toEqual([1, expect.stringContaining('problem proxy_needed')]);
    expect(output).toContain(`Take ${HOST}, or what stands for it, out of NO_PROXY.`);
  });

  it('finds nothing where it is set, and only that nobody answers where no way leads there', async () => {
    // The pools themselves are outside, and do not reach each other by that name.
    const through = await doctor({ HTTPS_PROXY: proxy.url, IDENTITY_PROVIDERS: '' });
    expect([through.code, through.output]).toEqual([0, expect.stringContaining('All is well')]);
    const { code, output } = await doctor({});
    expect([code, output]).toEqual([2, expect.stringContaining('issuer_unreachable')]);
    expect(output).not.toContain('proxy_');
  });
});

it('doctor says that a proxy is in the way of what is reached without it', async () => {
  const environment = {
    ...environmentFor(pools),
    BASE_URL: siteUrl,
    SESSION_SECRET: 'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo',
    SESSION_STORE: 'file:./test-results/no-such-folder/sessions',
    HTTPS_PROXY: 'http://proxy.example.test:3128',
    NO_PROXY: 'other.example.test',
  };
  // The network: the proxy lets nothing through, and straight on are the pools.
  const refused: typeof fetch = async () => {
    throw new TypeError('fetch failed', { cause: new Error('the proxy refuses') });
  };
  const straight: typeof fetch = (input, init) =>
    fetch((input as string).replace(`https://${HOST}`, `http://127.0.0.1:${poolsPort}`), init);
  const otherWays = [{ is: 'straight', variable: 'HTTPS_PROXY', fetch: straight }] as const;
  const { findings } = await diagnose(readSettings(environment), {
    now: Date.now,
    fetch: refused,
    otherWays,
  });
  expect(findings[0]).toMatchObject({
    code: 'proxy_in_the_way',
    fix: {
      change: { kind: 'environment', set: { NO_PROXY: `other.example.test,${HOST}` } },
    },
  });
});
