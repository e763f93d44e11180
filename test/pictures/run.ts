import { writeFileSync } from 'node:fs';
import { findChromium, launchChromium } from '../support/chromium.js';
import { signIn, signOut } from '../chromium/support/people.js';
import { withPasswordChosen } from '../chromium/support/stage.js';
import { startWorld } from '../support/world.js';
import { drawFlow, themes } from './draw-flow.js';
import { recordFlow } from './record-flow.js';

/* The pictures of README, from a sign-in and a sign-out at the site and the pools of the demo. */

const executable = findChromium();
if (executable === undefined) process.exit(1);
const world = await startWorld({ seed: withPasswordChosen });
const picture = (name: string): URL => new URL(`../../docs/pictures/${name}`, import.meta.url);

for (const theme of ['light', 'dark'] as const) {
  await using chromium = await launchChromium(executable, {
    colorScheme: theme,
    viewport: { width: 900, height: 720 },
    deviceScaleFactor: 2,
  });
  const page = await chromium.context.newPage();
  if (theme === 'light') {
    const flow = await recordFlow(world, page);
    for (const each of ['light', 'dark'] as const) {
      writeFileSync(picture(`flow-${each}.svg`), drawFlow(flow, themes[each]));
    }
  } else {
    await signIn(world, page);
    await signOut(world, page);
  }
  await page.screenshot({ path: picture(`signed-out-${theme}.png`).pathname });
}
await world.stop();
