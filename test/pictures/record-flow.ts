import type { Page, Request } from 'playwright-core';
import type { RecordedRequest } from '../../src/pools/index.js';
import type { World } from '../support/world.js';
import { signIn, signOut } from '../chromium/support/people.js';

/** Who takes part, from left to right in the picture. */
export const parties = ['Browser', 'Site', 'Master pool', 'Second pool'] as const;
type Party = (typeof parties)[number];

/** One request, from whoever sent it to whoever answered. */
export interface Step {
  readonly from: Party;
  readonly to: Party;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** All requests of a sign-in at the second pool, and of the sign-out after it, in order. */
export interface Flow {
  readonly signIn: readonly Step[];
  readonly signOut: readonly Step[];
}

/**
 * What a server asks another while it answers the browser, by the path that the browser asked for.
 */
const callsWhile: Record<string, { from: Party; to: Party; paths: readonly string[] }> = {
  '/oauth2/idpresponse': {
    from: 'Master pool',
    to: 'Second pool',
    paths: ['/oauth2/token', '/oauth2/userInfo'],
  },
  '/callback': { from: 'Site', to: 'Master pool', paths: ['/oauth2/token'] },
  '/logout': { from: 'Site', to: 'Master pool', paths: ['/oauth2/revoke'] },
};

/** Signs alice in and out in this tab, and writes down who asked whom for what. */
export async function recordFlow(world: World, page: Page): Promise<Flow> {
  const visits: Request[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) visits.push(request);
  });
  await signIn(world, page);
  const signedIn = await describe(world, visits.splice(0));
  await signOut(world, page);
  return { signIn: signedIn, signOut: await describe(world, visits) };
}

async function describe(world: World, visits: readonly Request[]): Promise<Step[]> {
  const steps: Step[] = [];
  for (const visit of visits) {
    const { to, path } = place(world, visit.url());
    const status = (await visit.response())?.status() ?? 0;
    steps.push({ from: 'Browser', to, method: visit.method(), path, status });
    const calls = callsWhile[path];
    if (calls === undefined || (path === '/logout' && visit.method() !== 'POST')) continue;
    const { from, to: asked, paths } = calls;
    const answered = world.pools.requests(asked === 'Master pool' ? 'oidc-pool-1' : 'oidc-pool-2');
    const made = answered.filter((request) => paths.includes(request.path));
    steps.push(...made.map((request) => ({ ...shorten(request), from, to: asked })));
  }
  return steps;
}

const shorten = ({ method, path, status }: RecordedRequest): Omit<Step, 'from' | 'to'> => ({
  method,
  path,
  status,
});

function place(world: World, url: string): { to: Party; path: string } {
  const [address = ''] = url.split('?');
  const homes = [
    ['Second pool', world.upstream.domain],
    ['Master pool', world.master.domain],
    ['Site', world.app.url],
  ] as const;
  const home = homes.find(([, origin]) => address.startsWith(origin));
  if (home === undefined) throw new Error(`nobody of ours is at ${address}`);
  return { to: home[0], path: address.slice(home[1].length) };
}
