import { Session, type Profiler } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBrowser } from '../test/support/browser.js';
import { startHost } from '../test/support/host.js';
import { finishSignIn } from '../test/support/world.js';

/*
 * Through which of our files a request goes: those of which at least one function runs, by V8's
 * precise coverage, in one warm request in process with sessions in memory. The embedded pools
 * answer in the same process and are not counted.
 */

const src = fileURLToPath(new URL('../src/', import.meta.url));

const host = await startHost((app, relyingParty) => {
  app.use(relyingParty.routes);
  app.get('/orders', relyingParty.requireSession(), (req, res) => {
    res.type('text').send(req.auth?.name);
  });
});
const profiler = new Session();
profiler.connect();
await profiler.post('Profiler.enable');
await profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

for (const isWarm of [false, true]) {
  const browser = createBrowser({ stopAt: [`${host.url}/orders`, `${host.url}/signed-out`] });
  const signIn = await trace(async () =>
    finishSignIn(browser, await browser.get(`${host.url}/login?return_to=%2Forders`)),
  );
  const page = await trace(async () => browser.get(`${host.url}/orders`));
  const asking = await browser.get(`${host.url}/logout`);
  const signOut = await trace(async () => browser.submit(asking));
  if (!isWarm) continue;
  print('Sign-in (GET /login, GET /callback)', signIn);
  print('Sign-out with two hops (POST /logout, GET /logout/continue twice)', signOut);
  print('Page behind requireSession', page);
}

profiler.disconnect();
await host.stop();

/** Paths below `src` of the files that `visit` has run functions of. */
async function trace(visit: () => Promise<unknown>): Promise<string[]> {
  await profiler.post('Profiler.takePreciseCoverage');
  await visit();
  const { result } = await profiler.post('Profiler.takePreciseCoverage');
  return result
    .filter(hasRun)
    .map(({ url }) => relative(src, fileURLToPath(url)))
    .filter((file) => !file.startsWith('..') && !file.startsWith('pools/'))
    .toSorted();
}

/** The function without a name is the module itself, which runs when it is loaded. */
function hasRun({ url, functions }: Profiler.ScriptCoverage): boolean {
  return (
    url.startsWith('file:') && functions.some(({ ranges }) => ranges.some(({ count }) => count > 0))
  );
}

function print(what: string, files: readonly string[]): void {
  const isItsOwn = (file: string): boolean => file.startsWith('relying-party/');
  const own = files.filter(isItsOwn);
  const others = files.filter((file) => !isItsOwn(file));
  console.log(
    `${what}: ${own.length} files of the relying party, ${others.length} of its neighbours`,
  );
  console.log([...own, ...others].map((file) => `  ${file}\n`).join(''));
}
