import { parseSync } from 'oxc-parser';

/**
 * One small fault: the text between two offsets of a file, and what takes its place while the
 * mutant is active.
 */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly original: string;
  /**
   * Whether it runs while its file is loaded: once for all test files of a process, and not within
   * a function.
   */
  readonly isOfLoading: boolean;
  /** For people: what the fault is. */
  readonly fault: string;
  /** The text that has both, and asks at run time which of them counts; `isActive` is a call. */
  readonly guarded: (isActive: string) => string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

const SWAPPED = new Map(
  Object.entries({
    '===': '!==',
    '!==': '===',
    '<': '<=',
    '<=': '<',
    '>': '>=',
    '>=': '>',
    '+': '-',
    '-': '+',
    '*': '/',
    '/': '*',
    '&&': '||',
    '||': '&&',
  }),
);
const SWAPPED_CALLS = new Map(
  Object.entries({
    some: 'every',
    every: 'some',
    min: 'max',
    max: 'min',
    startsWith: 'endsWith',
    endsWith: 'startsWith',
  }),
);
const IDENTITY_CALLS = new Set(['toLowerCase', 'trim', 'filter', 'slice', 'flat', 'toSorted']);

/**
 * Every fault we know how to make in a file, in the order of the text. Types and imports have none.
 */
export function mutantsOf(file: string, text: string): Mutant[] {
  const found: Mutant[] = [];
  let functionsAround = 0;
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const source = ({ start, end }: Node): string => text.slice(start, end);
  const add = (node: Node, fault: string, guarded: Mutant['guarded']): void => {
    const { start, end } = node;
    const where = { file, line: lineAt(start), start, end, isOfLoading: functionsAround === 0 };
    found.push({ ...where, original: source(node), fault, guarded });
  };
  const replace = (node: Node, mutated: string, fault: string): void => {
    add(node, fault, (isActive) => `(${isActive} ? (${mutated}) : (${source(node)}))`);
  };
  const remove = (node: Node): void => {
    add(node, 'removed', (isActive) => `if (!${isActive}) { ${source(node)} }`);
  };

  const visit = (node: Node, parent: Node | undefined): void => {
    mutate(node, parent);
    const isFunction = node.type.includes('Function');
    if (isFunction) functionsAround += 1;
    for (const [member, value] of Object.entries(node)) {
      if (member === 'typeAnnotation' || member === 'typeArguments' || member === 'key') continue;
      for (const child of [value].flat()) if (isNode(child) && hasCode(child)) visit(child, node);
    }
    if (isFunction) functionsAround -= 1;
  };

  const mutate = (node: Node, parent: Node | undefined): void => {
    switch (node.type) {
      case 'BinaryExpression':
      case 'LogicalExpression':
        return swapOperator(node);
      case 'IfStatement':
      case 'ConditionalExpression':
        replace(node['test'] as Node, 'false', 'the condition never holds');
        return replace(node['test'] as Node, 'true', 'the condition always holds');
      case 'UnaryExpression':
        if (node['operator'] === '!') replace(node, source(node['argument'] as Node), 'no “not”');
        return;
      case 'AwaitExpression':
        return replace(node, source(node['argument'] as Node), 'not awaited');
      case 'ExpressionStatement':
        if (node['directive'] === undefined || node['directive'] === null) remove(node);
        return;
      case 'ThrowStatement':
        return remove(node);
      case 'ReturnStatement':
        if (isNode(node['argument'])) replace(node['argument'], 'undefined', 'returns nothing');
        return;
      case 'ArrayExpression':
        if ((node['elements'] as unknown[]).length > 0) replace(node, '[]', 'empty list');
        return;
      case 'Property':
        if (parent?.type === 'ObjectExpression' && node['computed'] === false) {
          const kept = `{ ${source(node)} }`;
          add(node, 'member left out', (isActive) => `...(${isActive} ? {} : ${kept})`);
        }
        return;
      case 'CallExpression':
        return mutateCall(node);
      case 'Literal':
        return mutateLiteral(node, parent);
    }
  };

  const swapOperator = (node: Node): void => {
    const operator = String(node['operator']);
    const left = source(node['left'] as Node);
    const right = source(node['right'] as Node);
    if (operator === '??') {
      replace(node, left, 'no default');
      return replace(node, right, 'always the default');
    }
    const isText = [node['left'], node['right']].some((side) => isNode(side) && isString(side));
    const swapped = SWAPPED.get(operator);
    if (swapped === undefined || (operator === '+' && isText)) return;
    replace(node, `${left} ${swapped} ${right}`, `${operator} became ${swapped}`);
  };

  const mutateCall = (node: Node): void => {
    const callee = node['callee'] as Node;
    if (callee.type !== 'MemberExpression' || node['optional'] === true) return;
    const object = source(callee['object'] as Node);
    const name = source(callee['property'] as Node);
    if (IDENTITY_CALLS.has(name)) replace(node, object, `no ${name}`);
    const other = SWAPPED_CALLS.get(name);
    if (other === undefined) return;
    const rest = text.slice((callee['property'] as Node).end, node.end);
    replace(node, `${object}.${other}${rest}`, `${name} became ${other}`);
  };

  const mutateLiteral = (node: Node, parent: Node | undefined): void => {
    const { value } = node;
    if (parent === undefined || /Import|Export|TS|Property$/.test(parent.type)) return;
    if (typeof value === 'boolean') replace(node, String(!value), `${value} became ${!value}`);
    if (typeof value === 'number') replace(node, value === 0 ? '1' : '0', 'another number');
    if (node['regex'] !== undefined) {
      const loose = source(node)
        .replace(/^\/\^/, '/')
        .replace(/\$(\/[a-z]*)$/, '$1');
      if (loose !== source(node)) replace(node, loose, 'not anchored');
    }
    // Texts for people are not behaviour; the first argument of an error is its code.
    const isMessage = parent.type === 'NewExpression' || typeof value !== 'string' || value === '';
    if (!isMessage && !/\s/.test(value)) replace(node, "''", 'empty text');
  };

  const { program } = parseSync(file, text);
  visit(program as unknown as Node, undefined);
  return found.toSorted((a, b) => a.start - b.start);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

const isString = (node: Node): boolean =>
  (node.type === 'Literal' && typeof node['value'] === 'string') || node.type === 'TemplateLiteral';

/** Declarations of types, imports and re-exports do nothing at run time. */
function hasCode({ type }: Node): boolean {
  if (['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].includes(type))
    return true;
  return !type.startsWith('TS') && !type.startsWith('Import') && type !== 'ExportAllDeclaration';
}
