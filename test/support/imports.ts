import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';

/** What this package's own names lead to, which a file of it could use to reach itself. */
const ownNames: Readonly<Record<string, string>> = {
  lifeguard: 'index.ts',
  'lifeguard/pools': 'pools/index.ts',
  'lifeguard/testing': 'testing/index.ts',
};

/**
 * The files of src that a file's text imports, by types too, and in whatever way it is written: each
 * text in it that is a relative path to a file of ours counts, also in a template or for `require`.
 * A source that is put together when it runs is `(computed)`.
 *
 * @param file its path from src
 * @param isOurs whether there is a file of this path in src
 */
export function importsOf(text: string, file: string, isOurs: (path: string) => boolean): string[] {
  const found = new Set<string>();
  const place = (specifier: string): string =>
    ownNames[specifier] ??
    normalize(join(dirname(file), specifier)).replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  const addSource = (source: Node): void => {
    const specifier = textIn(source);
    if (specifier === undefined) found.add('(computed)');
    else if (specifier.startsWith('.') || specifier in ownNames) found.add(place(specifier));
  };
  walk(parseSync(file, text).program, (node) => {
    const { type, source, argument } = node;
    if (/^(?:Import|Export)/.test(type) && source) addSource(source);
    if (type === 'TSImportType') addSource((argument ?? source)!);
    const specifier = textIn(node) ?? '';
    if (/^\.\.?\//.test(specifier) && isOurs(place(specifier))) found.add(place(specifier));
    if (specifier.startsWith('lifeguard/') && specifier in ownNames) found.add(place(specifier));
  });
  return [...found];
}

interface Node {
  readonly type: string;
  readonly source?: Node | null;
  readonly argument?: Node;
  readonly literal?: Node;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
}

/** Of a text, or of a template without anything to fill in. */
function textIn({ type, value, quasis, literal }: Node): string | undefined {
  if (literal) return textIn(literal);
  if (type === 'Literal' && typeof value === 'string') return value;
  return type === 'TemplateLiteral' && quasis?.length === 1 ? quasis[0]!.value.cooked : undefined;
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node) visit(node as Node);
  for (const child of Object.values(node)) walk(child, visit);
}
