import { readFileSync, writeFileSync } from 'node:fs';

/** The text of a file at the top of the repository. */
export const repositoryFile = (name: string): string =>
  readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

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
  writeFileSync(new URL(`../${document}`, import.meta.url), lines.join('\n'));
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
