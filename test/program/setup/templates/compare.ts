import type { Pools } from '../../../../src/pools/index.js';
import { wholeAccount, withoutIds } from '../accounts.js';
import { apiOf } from '../world.js';

/** The lines of `.env`, or what a template puts out for them. */
export type Settings = Record<string, unknown>;

/**
 * A whole account, to be compared with another. A template cannot tag a pool with the ids of what
 * is made in it later.
 */
export async function comparableAccount(pools: Pools): Promise<unknown> {
  const whole = withoutIds(await wholeAccount(await apiOf(pools)), pools);
  return JSON.parse(
    JSON.stringify(whole, (key, value: unknown) =>
      key.startsWith('lifeguard:setup:') ? undefined : value,
    ),
  );
}

/**
 * Settings, with the ids that Cognito makes up and the origin of the pools replaced, and without
 * secrets.
 */
export function comparableSettings(settings: Settings, pools: Pools): unknown {
  const open = Object.entries(settings).filter(([name]) => !name.includes('SECRET'));
  let text = JSON.stringify(Object.fromEntries(open)).replaceAll(pools.url, '<url>');
  for (const { id = '', name, clients = [] } of pools.dump().pools) {
    text = text.replaceAll(id, `<${name}>`);
    for (const client of clients) text = text.replaceAll(client.id ?? '', `<${client.name}>`);
  }
  return JSON.parse(text);
}

/** `ClientId` as the name of a setting: `CLIENT_ID`. */
export const settingName = (output: string): string =>
  output.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

export const renamed = (outputs: Settings): Settings =>
  Object.fromEntries(Object.entries(outputs).map(([name, value]) => [settingName(name), value]));
