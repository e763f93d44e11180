import type { Option } from './options/option.js';
import { options, type Settings } from './options/settings.js';

/**
 * The settings in effect as they may be printed, by variable: of a secret only whether it is set
 * (or how many), of a store's URL no password.
 */
export function describeSettings(settings: Settings): Record<string, string> {
  const values: Readonly<Record<string, unknown>> = { ...settings };
  const described = Object.entries<Option<unknown>>(options).map(([key, option]) => [
    option.name,
    describe(option, values[key]),
  ]);
  return Object.fromEntries(described);
}

function describe(option: Option<unknown>, value: unknown): string {
  if (option.isSecret && Array.isArray(value) && value.length > 0) return `${value.length} set`;
  if (option.isSecret) return value === undefined || Array.isArray(value) ? 'none' : 'set';
  if (typeof value === 'string') return withoutPasswords(value);
  return JSON.stringify(value);
}

/** A Redis URL may have one before the host, and a sentinel's in its query. */
const withoutPasswords = (text: string): string =>
  text.replace(/\/\/[^/@]*@/, '//[redacted]@').replace(/\?.*$/s, '?[redacted]');
