import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RelyingPartyViews } from '../../src/relying-party/views.js';
import { createRenderer } from '../../src/web/pages/render.js';

const views = fileURLToPath(new URL('../../views/', import.meta.url));
const templates = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.eta'),
);

const hostile = `"><script>alert('x')</script>&`;
const error = {
  page: {
    title: hostile,
    basePath: '',
    homePath: '/',
    profilePath: '/',
    signedInAs: hostile,
    isSessionKnown: true,
    unfinishedSignOut: false,
  },
  code: hostile,
  title: hostile,
  detail: hostile,
  requestId: hostile,
  next: { label: hostile, href: hostile },
};

it('escapes every value, in text and in attributes', () => {
  const html = createRenderer<RelyingPartyViews>()('error', error);
  expect(html).not.toContain('<script');
  expect(html).not.toContain(hostile);
  expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(8);
});

it.each(templates)('%s writes nothing raw but templates of ours', (file) => {
  const source = readFileSync(join(views, file), 'utf8');
  const raw = [...source.matchAll(/<%[-_]?\s*~\s*(.*?)\s*[-_]?%>/gs)].map(([, code = '']) => code);
  const mayBeRaw = /^it\.body$|^include\('[\w/-]+'(?:, \{[^}]*\})?\)$/;
  expect(raw.filter((code) => !mayBeRaw.test(code))).toEqual([]);
});

it.each(templates)('%s has no inline script or style, which the policy would stop', (file) => {
  const source = readFileSync(join(views, file), 'utf8');
  expect(source).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/i);
});

it('says which view is missing, and where it looked', () => {
  const render = createRenderer<{ nothing: object }>();
  expect(() => render('nothing', {})).toThrow(/no view nothing\.eta in .*views/);
});

describe('a folder of the user’s own', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lifeguard-views-'));
    writeFileSync(join(folder, 'layout.eta'), '<title>Mine</title><%~ it.body %>');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes the place of ours file by file', () => {
    const render = createRenderer<RelyingPartyViews>(folder);
    const html = render('error', { ...error, title: 'Something happened' });
    expect(html).toContain('<title>Mine</title>');
    expect(html).toContain('<h1>Something happened</h1>');
  });

  it('changes nothing for another renderer', () => {
    createRenderer<RelyingPartyViews>(folder)('error', error);
    expect(createRenderer<RelyingPartyViews>()('error', error)).not.toContain('Mine');
  });
});
