import { Agent, request } from 'undici';
import { lifeguard, type RunningCommand } from '../program/cli/command.js';
import { freePort } from '../support/free-port.js';
import {
  createCertificate,
  findNginx,
  readmeNginx,
  readmeServer,
  startNginx,
} from '../support/nginx.js';
import type { Later } from './scenario.js';
import { siteSettings, statusOf, until } from './serve.js';

/**
 * How many POSTs were sent while the sites behind a proxy were restarted in turn, by what came back
 * (0: no answer).
 */
export interface RestartCounts {
  readonly restarts: number;
  readonly posts: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly exitCodes: (number | null)[];
}

const AT_ONCE = 16;

/**
 * Sends POSTs through README's nginx with its two upstreams, while one and then the other is
 * restarted.
 */
export async function rollingRestarts(
  posts: number,
  restarts: number,
  later: Later,
): Promise<RestartCounts> {
  const executable = findNginx();
  if (executable === undefined) throw new Error('there is no nginx');
  const certificate = createCertificate();
  later(() => certificate.remove());
  const [first, second] = [await siteSettings(), await siteSettings()];
  const port = await freePort();
  const baseUrl = `https://localhost:${port}`;
  const start = async (settings: Record<string, string>): Promise<RunningCommand> => {
    const shared = {
      BASE_URL: baseUrl,
      LOG_LEVEL: 'warn',
      TRUST_PROXY: '1',
      SHUTDOWN_SECONDS: '4',
    };
    const site = lifeguard('serve', { ...settings, ...shared });
    await until(async () => (await statusOf(`${urlOf(settings)}/readyz`)) === 200);
    return site;
  };
  const sites = await Promise.all([start(first), start(second)]);
  const nginx = await startNginx(executable, certificate.folder, configuration());
  later(() => nginx.stop());
  const dispatcher = new Agent({ connect: { ca: certificate.certificate }, connections: AT_ONCE });
  later(() => dispatcher.destroy());

  function configuration(): string {
    const upstream = readmeNginx('upstream lifeguard');
    return `${upstream}${readmeServer(port, certificate)}`
      .replace('proxy_pass http://127.0.0.1:3000;', locationIn(upstream))
      .replace('server 127.0.0.1:3000 ', `server ${new URL(urlOf(first)).host} `)
      .replace('server 127.0.0.1:3001 ', `server ${new URL(urlOf(second)).host} `);
  }

  const byStatus: Record<string, number> = {};
  const [restarted, ended] = [new AbortController(), new AbortController()];
  later(() => ended.abort());
  let sent = 0;
  const visitor = async (): Promise<void> => {
    while (!ended.signal.aborted && (!restarted.signal.aborted || sent < posts)) {
      sent += 1;
      const status = await post(`${baseUrl}/logout`, baseUrl, dispatcher);
      byStatus[status] = (byStatus[status] ?? 0) + 1;
    }
  };
  const visitors = Array.from({ length: AT_ONCE }, visitor);
  const exitCodes: (number | null)[] = [];
  for (let count = 0; count < restarts; count++) {
    const which = count % 2;
    sites[which]!.process.kill('SIGTERM');
    exitCodes.push(await sites[which]!.exit());
    sites[which] = await start(which === 0 ? first : second);
  }
  restarted.abort();
  await Promise.all(visitors);

  for (const site of sites) site.process.kill('SIGTERM');
  await Promise.all(sites.map((site) => site.exit()));
  return { restarts, posts: sent, byStatus, exitCodes };
}

const urlOf = ({ PORT }: Record<string, string>): string => `http://127.0.0.1:${PORT}`;

/** The lines of the location that README shows as a comment. */
const locationIn = (block: string): string =>
  [...block.matchAll(/^# {3}(proxy_.*)$/gm)].map(([, line]) => line).join('\n');

/**
 * A sign-out by somebody who is not signed in: cheap, and a POST that a proxy must not send twice.
 */
async function post(url: string, origin: string, dispatcher: Agent): Promise<number> {
  try {
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await request(url, { method: 'POST', headers, body: 'a=b', dispatcher });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 0;
  }
}
