import type { Option } from './options/option.js';
import { options } from './options/settings.js';

/**
 * The setting behind an option of the library: `SESSION_STORE` for `session.store`.
 * @param otherwise where there is none
 */
export const settingOf = (name: string, otherwise: string = name): string =>
  Object.entries<Option<unknown>>(options).find(([key, { sets = key }]) => sets === name)?.[1]
    .name ?? otherwise;

/** What the library says of its `options.session.store`, for somebody who sets `SESSION_STORE`. */
export const inSettings = (text: string): string =>
  text.replace(/\boptions\.(\w+(?:\.\w+)?)/g, (written, name: string) => settingOf(name, written));
