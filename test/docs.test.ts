import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { repositoryFile } from './readme-tables.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const inDocs = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' });
const documents = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...inDocs.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`),
];
const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** What GitHub makes of a heading, to be linked to. */
const anchorsOf = (document: string): string[] =>
  [...withoutCode(repositoryFile(document)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(documents)('%s', (document) => {
  const text = withoutCode(repositoryFile(document));

  it('names files and folders that exist', () => {
    const paths = [...text.matchAll(/`((?:src|test|views|docs|examples|bench)\/[^`\s*<]+)`/g)];
    expect(paths.map(([, path]) => path!).filter((path) => !existsSync(root + path))).toEqual([]);
  });

  it('links to documents and headings that exist', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const broken = links.filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [path = '', anchor] = target.split('#');
      const linked = path === '' ? document : normalize(join(dirname(document), path));
      if (!existsSync(root + linked)) return true;
      return anchor !== undefined && !anchorsOf(linked).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
