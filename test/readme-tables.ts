import { readFileSync } from 'node:fs';

/** The text of a file at the top of the repository. */
export const repositoryFile = (name: string): string =>
  readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

/** The rows of the first table under a heading of README.md, cells trimmed, without its head. */
export function readmeTable(heading: string): string[][] {
  const lines = repositoryFile('README.md').split('\n');
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`README.md has no heading "${heading}"`);
  const first = lines.findIndex((line, index) => index > start && line.startsWith('|'));
  const after = lines.findIndex((line, index) => index > first && !line.startsWith('|'));
  return lines.slice(first, after).slice(2).map(cells);
}

const cells = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The words in backticks in a cell. */
export const codeWords = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);
