import { type Pools, federatedPoolsSeed, startPools } from '../../src/pools/index.js';
import { lifeguard, type RunningCommand } from '../program/cli/command.js';
import { createBrowser } from '../support/browser.js';
import { articleEnvironment, finishSignIn } from '../support/world.js';
import { siteSettings, until } from './serve.js';

/** How many logins were under way when the processes were told to stop, and what became of them. */
export interface StopCounts {
  readonly stops: number;
  readonly logins: number;
  readonly cut: number;
  readonly exitCodes: (number | null)[];
}

/** Tells the program to stop. */
export type Stop = (site: RunningCommand) => void;

/** SIGTERM for every process of the group, as systemd sends it. */
const toProcessGroup: Stop = ({ process: child }) => process.kill(-child.pid!, 'SIGTERM');

/**
 * Stops a site with two workers again and again, each time with logins whose code is being
 * exchanged.
 *
 * @param loginsAtOnce of different users' browsers, all on their way back from the pool
 */
export async function stopsOfTheProcessGroup(
  stops: number,
  loginsAtOnce = 6,
  stop: Stop = toProcessGroup,
): Promise<StopCounts> {
  const settings = await siteSettings();
  const pools = await startPools({
    seed: federatedPoolsSeed({ baseUrl: settings.BASE_URL }),
    keys: 'fixed',
  });
  const counts: StopCounts = { stops, logins: 0, cut: 0, exitCodes: [] };
  let [logins, cut] = [0, 0];
  try {
    for (let count = 0; count < stops; count++) {
      const site = lifeguard('serve', {
        ...settings,
        ...articleEnvironment(pools),
        WORKERS: '2',
        SESSION_STORE: 'file:./sessions',
        SHUTDOWN_SECONDS: '8',
      });
      await site.says('"listening"', 2);
      const outcomes = await loginsUnderWay(settings.BASE_URL, pools, loginsAtOnce, () =>
        stop(site),
      );
      logins += outcomes.length;
      cut += outcomes.filter((isSignedIn) => !isSignedIn).length;
      counts.exitCodes.push(await site.exit());
    }
  } finally {
    await pools.close();
  }
  return { ...counts, logins, cut };
}

/**
 * Brings browsers to the callback, holds the pool's answers, calls `meanwhile`, and looks who is
 * signed in.
 */
async function loginsUnderWay(
  baseUrl: string,
  pools: Pools,
  count: number,
  meanwhile: () => void,
): Promise<boolean[]> {
  // One after the other, because the first sets alice's password.
  const arrivals: { url: string; browser: ReturnType<typeof createBrowser> }[] = [];
  for (let each = 0; each < count; each++) {
    const browser = createBrowser({ stopAt: `${baseUrl}/callback` });
    const page = await finishSignIn(browser, await browser.get(`${baseUrl}/profile`));
    arrivals.push({ url: page.url, browser });
  }
  pools.faults.always('oidc-pool-1', 'token', { delayMs: 1500 });
  const outcomes = arrivals.map(async ({ url, browser }) => {
    try {
      const { status, headers } = await browser.get(url, { follow: false });
      return status === 302 && headers['location'] === '/profile';
    } catch {
      return false;
    }
  });
  await until(() => {
    const asked = pools.requests('oidc-pool-1', '/oauth2/token');
    return asked.filter(({ status }) => status === 0).length >= count;
  });
  meanwhile();
  const results = await Promise.all(outcomes);
  pools.faults.clear();
  return results;
}
