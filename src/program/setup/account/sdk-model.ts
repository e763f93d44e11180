/*
 * What the installed AWS SDK knows of Cognito's shapes. It keeps its model as arrays, and drops from every answer what is
 * not in there; so an answer is compared here as it came over the wire.
 */

/** Structures are 3 or 4 (unions), lists 1, maps 2; then a namespace, a name and traits. See `@smithy/types`, StaticSchema. */
type Shape = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  ...unknown[],
];

/** A reference stands for a shape: a function that gives it, a pair of it and traits, or a number for what has no members. */
function shapeOf(reference: unknown): Shape | undefined {
  if (typeof reference === 'function') return shapeOf(reference());
  if (!Array.isArray(reference)) return undefined;
  return typeof reference[1] === 'string' ? (reference as unknown as Shape) : shapeOf(reference[0]);
}

/**
 * The members of an answer that the SDK's model does not have, as paths.
 *
 * @param reference of the shape as the SDK exports it, e.g. `DescribeUserPoolResponse$`
 * @param answer parsed JSON
 */
export function unknownMembers(reference: unknown, answer: unknown, path = ''): string[] {
  const shape = shapeOf(reference);
  if (shape === undefined || typeof answer !== 'object' || answer === null) return [];
  const [kind, , , , first, second] = shape;
  if (kind === 1 || kind === 2) {
    const inside = kind === 1 ? first : second;
    return Object.values(answer).flatMap((each) => unknownMembers(inside, each, path));
  }
  const [names, references] = [first, second] as [readonly string[], readonly unknown[]];
  return Object.entries(answer).flatMap(([name, value]) => {
    const [index, here] = [names.indexOf(name), path === '' ? name : `${path}.${name}`];
    return index < 0 ? [here] : unknownMembers(references[index], value, here);
  });
}

/** Names of a structure's members, e.g. of what an update can be told: `UpdateUserPoolClientRequest$`. */
export const memberNames = (reference: unknown): readonly string[] =>
  (shapeOf(reference)?.[4] ?? []) as readonly string[];
