import { readFileSync, writeFileSync } from 'node:fs';
import express from 'express';
import * as prettier from 'prettier';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { callerOf, wantsPage } from '../../src/web/request/wants-page.js';
import { callers, DECIDING_HEADERS, type CallerCase } from '../support/callers.js';

const app = express().use((req, res) => {
  res.set({ 'X-Caller': callerOf(req), 'X-Wants-Page': String(wantsPage(req)) }).end();
});

async function takenFor({
  method,
  headers,
}: Pick<CallerCase, 'method' | 'headers'>): Promise<{ caller: string; page: boolean }> {
  const verb = method.toLowerCase() as 'get' | 'post' | 'put' | 'head' | 'options';
  const answer = await request(app)[verb]('/').set(headers);
  return {
    caller: String(answer.headers['x-caller']),
    page: answer.headers['x-wants-page'] === 'true',
  };
}

describe.each(['person', 'background', 'program'] as const)('taken for a %s: ', (wanted) => {
  it.each(callers.filter((each) => each.takenFor === wanted))('$from: $who', async (each) => {
    expect(await takenFor(each)).toEqual({ caller: wanted, page: wanted === 'person' });
  });
});

describe('docs/callers.md', () => {
  const file = new URL('../../docs/callers.md', import.meta.url);
  const deciding = ({ headers }: CallerCase): string =>
    DECIDING_HEADERS.flatMap((name) => {
      const value = headers[name];
      if (value === undefined) return [];
      return `\`${name}: ${value.length > 60 ? `${value.slice(0, 40)}…` : value}\``;
    }).join(', ');
  const rows = callers.map(
    (each) =>
      `| ${each.from} | ${each.who} | ${each.method} | ${deciding(each)} | ${each.takenFor} |`,
  );

  it('shows this table (to rewrite it, run this with UPDATE_CALLERS=1)', async () => {
    const head = [
      '| From | What | Method | Sends | Taken for |',
      '| --- | --- | --- | --- | --- |',
    ];
    const table = await prettier.format([...head, ...rows].join('\n'), { parser: 'markdown' });
    const text = readFileSync(file, 'utf8');
    const [before = '', , after = ''] = text.split(/<!-- (?:table|end) -->/);
    const wanted = `${before}<!-- table -->\n\n${table}\n<!-- end -->${after}`;
    if (process.env['UPDATE_CALLERS'] === '1') writeFileSync(file, wanted);
    expect(readFileSync(file, 'utf8')).toBe(wanted);
  });
});
