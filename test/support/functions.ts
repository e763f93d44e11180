import { parseSync } from 'oxc-parser';

/** A function with a body. */
interface WrittenFunction {
  /** Where it begins, as `file:line`. */
  readonly at: string;
  readonly lines: number;
}

/**
 * Every function of a file's text that has a body between braces, methods and arrow functions too.
 */
export function functionsOf(text: string, file: string): WrittenFunction[] {
  const { program } = parseSync(file, text);
  const found: WrittenFunction[] = [];
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) return node.forEach(walk);
    const { type, start, end, body } = node as Record<string, unknown>;
    const hasBody = (body as { type?: unknown } | null | undefined)?.type === 'BlockStatement';
    if (hasBody && /Function/.test(String(type))) {
      const first = lineAt(start as number);
      found.push({ at: `${file}:${first}`, lines: lineAt(end as number) - first + 1 });
    }
    Object.values(node).forEach(walk);
  };
  walk(program);
  return found;
}
