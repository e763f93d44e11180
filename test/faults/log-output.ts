import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, siteSettings, statusOf, until } from './serve.js';

/** How a site got on whose log could not be written. */
export interface Outcome {
  readonly requests: number;
  readonly answered: number;
  readonly linesLost: number;
  readonly exitCode: number | null;
}

/** A file system of its own, small enough to be filled. */
export interface SmallDisk {
  readonly folder: string;
  remove(): void;
}

/** Mounts one; `undefined` where this user may not. */
export function smallDisk(kilobytes = 64): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-disk-'));
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return {
    folder,
    remove: () => {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * Fills the disk with its log, asks for pages and health all the while, makes room again, and stops
 * the site.
 */
export async function fullLogDisk(
  requests: number,
  environment: Record<string, string> = {},
): Promise<Outcome & { toldOf: number; brokenLines: number }> {
  const disk = smallDisk();
  if (disk === undefined) throw new Error('this user may not mount a file system');
  try {
    const log = join(disk.folder, 'log');
    const filler = join(disk.folder, 'filler');
    writeFileSync(filler, Buffer.alloc(40 * 1024));
    const settings = { ...(await siteSettings()), ...environment };
    const site = run('serve', settings, log);
    const lost = await loseLines(settings.BASE_URL, requests);
    rmSync(filler);
    const told = (): number => toldIn(readFileSync(log, 'utf8'));
    await until(async () => (await statusOf(settings.BASE_URL)) === 200 && told() > 0);
    site.process.kill('SIGTERM');
    const exitCode = await site.exit;
    const text = readFileSync(log, 'utf8');
    const whole = text.split('\n').slice(0, -1);
    return {
      ...lost,
      exitCode,
      toldOf: toldIn(text),
      brokenLines: whole.filter((line) => !isJson(line)).length,
    };
  } finally {
    disk.remove();
  }
}

/** Logs to a device that is always full. */
export async function fullDevice(requests: number): Promise<Outcome> {
  const settings = await siteSettings();
  const site = run('serve', settings, '/dev/full');
  const lost = await loseLines(settings.BASE_URL, requests, '/', requests);
  site.process.kill('SIGTERM');
  return { ...lost, exitCode: await site.exit };
}

/** Logs to a pipe: one that nobody reads, or one whose reader goes away. */
export async function pipeWithoutReader(
  how: 'unread' | 'closed',
  requests: number,
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const settings = { ...(await siteSettings()), ...environment };
  const site = run('serve', settings);
  const { stdout } = site.process;
  if (how === 'closed') {
    await once(stdout!, 'data');
    stdout!.destroy();
  }
  // An unread pipe takes some, and our own queue a megabyte: a path of 12 kB fills them sooner.
  const path = how === 'unread' ? `/${'x'.repeat(12_000)}` : '/';
  const lost = await loseLines(settings.BASE_URL, requests, path);
  site.process.kill('SIGTERM');
  return { ...lost, exitCode: await site.exit };
}

/**
 * A line is lost a moment after its request was answered: waits until at least so many are counted.
 */
async function loseLines(
  baseUrl: string,
  requests: number,
  path = '/',
  atLeast = 1,
): Promise<Omit<Outcome, 'exitCode'>> {
  await until(async () => (await statusOf(`${baseUrl}/healthz`)) === 200);
  let answered = 0;
  for (let count = 0; count < requests; count++) {
    const statuses = await Promise.all([statusOf(baseUrl + path), statusOf(`${baseUrl}/healthz`)]);
    if (statuses.every((status) => status > 0)) answered += 1;
  }
  let linesLost = 0;
  await until(async () => (linesLost = await linesLostAt(baseUrl)) >= atLeast);
  return { requests, answered, linesLost };
}

/** `NaN` when nobody tells. */
async function linesLostAt(baseUrl: string): Promise<number> {
  const text = await fetch(`${baseUrl}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return Number(/^lifeguard_log_lines_lost_total (\d+)$/m.exec(text)?.[1]);
}

const toldIn = (log: string): number =>
  [...log.matchAll(/"lines":(\d+),"msg":"log lines were lost/g)].reduce(
    (sum, [, lines]) => sum + Number(lines),
    0,
  );

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
