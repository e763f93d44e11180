import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The text of a file, by its path from the top of the repository. */
export const repositoryFile = (name: string): string => readFileSync(new URL(name, root), 'utf8');

const namesIn = (folder: string): string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => folder + name);

/** Everything that is written for readers, by its path. */
export const documents: readonly string[] = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...namesIn('docs/'),
  ...namesIn('examples/'),
];

/** The contents of a document's fenced blocks in this language. */
export const blocksOf = (document: string, language: string): string[] =>
  [...repositoryFile(document).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, content]) => content!,
  );

/** A document without its fenced blocks. */
export const proseOf = (document: string): string =>
  repositoryFile(document).replaceAll(/^```[\s\S]*?^```/gm, '');

/** The rows of the first table under a heading of a document, cells trimmed, without its head. */
export function tableOf(document: string, heading: string): string[][] {
  const { lines, first, after } = locate(document, heading);
  return lines.slice(first, after).map(cells);
}

/** Replaces these rows; the columns are for Prettier to align. */
export function writeTable(
  document: string,
  heading: string,
  rows: readonly (readonly string[])[],
): void {
  const { lines, first, after } = locate(document, heading);
  lines.splice(first, after - first, ...rows.map((row) => `| ${row.join(' | ')} |`));
  writeFileSync(new URL(document, root), lines.join('\n'));
}

function locate(
  document: string,
  heading: string,
): { lines: string[]; first: number; after: number } {
  const lines = repositoryFile(document).split('\n');
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`${document} has no heading "${heading}"`);
  const head = lines.findIndex((line, index) => index > start && line.startsWith('|'));
  const after = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
  return { lines, first: head + 2, after: after < 0 ? lines.length : after };
}

const cells = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The words in backticks in a cell. */
export const codeWords = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);
