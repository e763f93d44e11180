import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { documents, proseOf } from './documents.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What GitHub makes of a heading, to be linked to. */
const anchorsOf = (document: string): string[] =>
  [...proseOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(documents)('%s', (document) => {
  const text = proseOf(document);

  it('names files and folders that exist', () => {
    const paths = [...text.matchAll(/`((?:src|test|views|docs|examples|bench)\/[^`\s*<]+)`/g)];
    expect(paths.map(([, path]) => path!).filter((path) => !existsSync(root + path))).toEqual([]);
  });

  it('links to documents, headings and pictures that exist', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)|\bsrc(?:set)?="([^"]+)"/g)];
    const broken = links
      .map(([, link, picture]) => link ?? picture!)
      .filter((target) => {
        if (/^[a-z]+:/.test(target)) return false;
        const [path = '', anchor] = target.split('#');
        const linked = path === '' ? document : normalize(join(dirname(document), path));
        if (!existsSync(root + linked)) return true;
        return anchor !== undefined && !anchorsOf(linked).includes(anchor);
      });
    expect(broken).toEqual([]);
  });
});

it('README leads to every document', () => {
  const linked = [...proseOf('README.md').matchAll(/\]\(([^)#\s]+)/g)].map(([, path]) => path!);
  const further = documents.filter(
    (name) => !/^docs\/errors\/[a-z_]+\.md$|^examples\/|^README\.md$/.test(name),
  );
  expect(further.filter((name) => !linked.includes(name))).toEqual([]);
});

it('README is short', () => {
  expect(Buffer.byteLength(proseOf('README.md'))).toBeLessThan(12_000);
});
