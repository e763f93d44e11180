import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { STEP_LIMIT_MS } from './limits.js';
import { findProgram } from './system-program.js';

/**
 * Finds Chromium, or installs it where it can.
 * @returns its path, or `undefined` after one line saying what to install
 * @throws {Error} when it is missing and `CI` is `true`
 */
export function findChromium(): string | undefined {
  return findProgram({
    name: 'Chromium',
    variable: 'CHROMIUM_PATH',
    candidates: [
      '/usr/bin/chromium',
      'google-chrome',
      'chromium',
      'chromium-browser',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    aptPackage: 'chromium',
    brewArguments: ['--cask', 'chromium'],
  });
}

/** A real browser with a profile of its own. */
export interface Chromium extends AsyncDisposable {
  readonly context: BrowserContext;
  /** Ends the browser and removes its profile. */
  close(): Promise<void>;
}

// Flags that keep it off the network and out of the way; nothing here loosens cookie or CSP rules.
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts Chromium with a new, empty profile.
 * @param executablePath as {@link findChromium} found it; tests read it with `inject('chromium')`
 * @param options passed on to the browser context, e.g. `viewport` or `colorScheme`
 */
export async function launchChromium(
  executablePath: string,
  options: Omit<
    NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>,
    'executablePath' | 'args'
  > = {},
): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'lifeguard-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    executablePath,
    args: flags,
    timeout: STEP_LIMIT_MS,
  });
  context.setDefaultTimeout(STEP_LIMIT_MS);
  const close = async (): Promise<void> => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { context, close, [Symbol.asyncDispose]: close };
}
