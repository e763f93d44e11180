import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type * as Sdk from '@aws-sdk/client-cognito-identity-provider';

/*
 * What the installed AWS SDK knows of Cognito's shapes. It keeps its model as arrays, and drops
 * from every answer what is not in there; so an answer is compared here as it came over the wire.
 */

/**
 * Structures are 3 or 4 (unions), lists 1, maps 2; then a namespace, a name and traits. See
 * `@smithy/types`, StaticSchema.
 */
type Shape = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  ...unknown[],
];

/**
 * A reference stands for a shape: a function that gives it, a pair of it and traits, or a number
 * for what has no members.
 */
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
function findUnknown(reference: unknown, answer: unknown, path = ''): string[] {
  const shape = shapeOf(reference);
  if (shape === undefined || typeof answer !== 'object' || answer === null) return [];
  const [kind, , , , first, second] = shape;
  if (kind === 1 || kind === 2) {
    const inside = kind === 1 ? first : second;
    return Object.values(answer).flatMap((each) => findUnknown(inside, each, path));
  }
  const [names, references] = [first, second] as [readonly string[], readonly unknown[]];
  return Object.entries(answer).flatMap(([name, value]) => {
    const [index, here] = [names.indexOf(name), path === '' ? name : `${path}.${name}`];
    return index < 0 ? [here] : findUnknown(references[index], value, here);
  });
}

/**
 * Names of a structure's members, e.g. of what an update can be told:
 * `UpdateUserPoolClientRequest$`.
 */
export const memberNames = (reference: unknown): readonly string[] =>
  (shapeOf(reference)?.[4] ?? []) as readonly string[];

/** Looks at every description as it came over the wire, for the SDK drops what it does not know. */
export function compareDescriptions(
  cognito: Sdk.CognitoIdentityProvider,
  sdk: typeof Sdk,
  found: (member: string) => void,
): void {
  const shapes = new Map<string, unknown>(Object.entries(sdk));
  cognito.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next(args);
        const operation = commandName.replace(/Command$/, '');
        const response = result.response as { statusCode?: number; body?: unknown };
        if (!operation.startsWith('Describe') || response.statusCode !== 200) return result;
        const body = await buffer(response.body as Readable);
        const answer: unknown = JSON.parse(body.toString());
        const members = findUnknown(shapes.get(`${operation}Response$`), answer);
        for (const member of members) found(`${member} of ${Object.values(args.input).join(' ')}`);
        return { ...result, response: { ...response, body: Readable.from([body]) } };
      },
    // Behind the SDK's own reading of the answer, which takes the body.
    { step: 'deserialize', priority: 'low', name: 'compareDescriptions' },
  );
}

/** What Cognito describes, and the installed SDK has no words for. */
export interface UnknownToSdk {
  readonly sdkVersion: string;
  /**
   * Members that descriptions have had so far and the SDK does not know: whether an update keeps
   * them, nobody can tell.
   */
  readonly unknownMembers: ReadonlySet<string>;
}

/** Why nothing may be changed: an update might lose what the SDK neither reads nor writes. */
export function unknownProblems({ unknownMembers, sdkVersion }: UnknownToSdk): string[] {
  if (unknownMembers.size === 0) return [];
  return [
    `Cognito describes what the installed AWS SDK ${sdkVersion} does not know: ${[...unknownMembers].join('; ')}. A change might lose it, so there is none. It takes a newer version: npm install @aws-sdk/client-cognito-identity-provider@latest`,
  ];
}
