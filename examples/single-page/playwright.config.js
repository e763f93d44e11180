import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// A browser that is there already; else the one that `npx playwright install chromium` brings.
const executablePath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));

export default defineConfig({
  testDir: 'tests',
  use: { launchOptions: { executablePath, args: ['--no-sandbox'] } },
});
