import { describe, expect, it } from 'vitest';
import { options } from '../../src/program/config/options/settings.js';
import { tableOf, writeTable } from './documents.js';

/** A default as the table shows it. */
const showDefault = (value: string | undefined): string => {
  if (value === undefined) return '**required**';
  return value === '' ? '' : `\`${value}\``;
};

describe('the settings in docs/running.md', () => {
  const rows = Object.values(options).map((option) => [
    `\`${option.name}\``,
    option.meaning,
    option.unit ?? '',
    showDefault(option.default),
  ]);

  it('are those of the code (to rewrite them, run this with UPDATE_SETTINGS=1, then npm run format)', () => {
    if (process.env['UPDATE_SETTINGS'] === '1') writeTable('docs/running.md', 'Settings', rows);
    expect(tableOf('docs/running.md', 'Settings')).toEqual(rows);
  });
});
