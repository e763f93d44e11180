import { z } from 'zod';
import { nearestName } from './nearest-name.js';

/*
 * How every public function checks its options: a schema that has each of them, and of which the types have each too. Its
 * messages complete the sentence "<option> …" as "problem; fix" and never quote a value: it may be a secret in the wrong place.
 */

/** What is wrong with a value, as in `is no word`; `undefined` when nothing is. */
export type ProblemWith = (value: unknown) => string | undefined;

/**
 * An option that must be given; with `.optional()`, one that has a default.
 *
 * @param fix what to do, as in `give the client ID`
 */
export function option(problemWith: ProblemWith, fix: string): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    const problem = orUndefined(problemWith(value), value);
    if (problem === undefined) return;
    // What looks at several options together then has none of them wrong.
    context.addIssue({ code: 'custom', message: `${problem}; ${fix}`, continue: false });
  });
}

/** Text that a schema of the settings takes too. */
export function textLike(schema: z.ZodType<unknown, string>, fix: string): z.ZodType {
  return option((value) => {
    if (!isText(value)) return 'is no text';
    return schema.safeParse(value).error?.issues[0]?.message;
  }, fix);
}

export const text = (fix: string): z.ZodType =>
  option((value) => (isText(value) ? undefined : value === '' ? 'is empty' : 'is no text'), fix);

export const aFunction = (fix: string): z.ZodType =>
  option((value) => (typeof value === 'function' ? undefined : 'is no function'), fix);

export const trueOrFalse: z.ZodType = option(
  (value) => (typeof value === 'boolean' ? undefined : 'is neither true nor false'),
  'write one of them, or leave it out',
);

export const seconds = (least: number, most: number): z.ZodType =>
  option((value) => {
    const isNumber = Number.isFinite(value) && Number(value) >= least && Number(value) <= most;
    return isNumber ? undefined : 'is no such number';
  }, `give ${least} or more seconds, and at most ${most}`);

export const oneOf = (...words: readonly string[]): z.ZodType =>
  option(
    (value) => (words.includes(value as string) ? undefined : 'is none of its values'),
    `write ${words.join(' or ')}, or leave it out`,
  );

export const listOf = (each: z.ZodType, fix: string): z.ZodArray =>
  z.array(each, { error: ({ input }) => `${orUndefined('is no list', input)}; ${fix}` });

/**
 * An object with these options and no others. `Options` is its type: a member that is in one and not in the other does not compile.
 * It is a plain one: in a promise that nobody awaited, or a `Map`, no option would be found, and nothing said about it.
 */
export function optionsOf<Options extends object>(
  shape: Shape<Options>,
  fix = 'give an object of options',
): z.ZodType {
  const plain = option((value) => (isPlainObject(value) ? undefined : 'is no plain object'), fix);
  return plain.pipe(objectOf<Options>(shape));
}

/** The same for one of several kinds, which `z.discriminatedUnion` tells apart. */
export function objectOf<Options extends object>(shape: Shape<Options>): z.ZodObject {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const known = Object.keys(shape);
      const meant = nearestName(String(issue['keys'][0]), known);
      const instead = meant === undefined ? `there are ${known.join(', ')}` : `write ${meant}`;
      return `is not an option; ${instead}`;
    },
  });
}

/**
 * @param caller the public function, as its user writes it
 * @param argument what the function calls what is checked
 * @returns a copy, so that what is changed later changes nothing
 * @throws {TypeError} `createRelyingParty: api.clientIDs is not an option; write clientIds`
 */
export function checkOptions<Options>(
  caller: string,
  schema: z.ZodType,
  options: Options,
  argument = 'options',
): Options {
  const { error, data } = schema.safeParse(options);
  if (error === undefined) return data as Options;
  // A misspelt name comes first: that another one is missing is a consequence of it.
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]!;
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  throw new TypeError(`${caller}: ${written(path, argument)} ${issue.message}`);
}

/**
 * Nobody would look at a further argument, and somebody meant something by it.
 *
 * @param further whatever was given beyond the last argument there is
 * @throws {TypeError}
 */
export function refuseFurther(caller: string, further: readonly unknown[]): void {
  if (further.length === 0) return;
  throw new TypeError(`${caller}: a further argument is not looked at; leave it out`);
}

type Shape<Options> = Readonly<Record<Extract<keyof Options, string>, z.ZodType>>;

/** Whether all there is in a value are its own named members. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm, such as a test runner's, have another `Object.prototype`.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  const isVisible = (key: PropertyKey): boolean =>
    typeof key === 'string' && Object.prototype.propertyIsEnumerable.call(value, key);
  return isPlain && Reflect.ownKeys(value).every(isVisible);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const orUndefined = <Problem>(problem: Problem, value: unknown): Problem | string =>
  value === undefined ? 'is undefined' : problem;

/** `api.issuers[0].clientIds`; what the argument is called where that is not plain. */
function written(path: readonly PropertyKey[], argument: string): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return typeof path[0] === 'string' ? steps.join('').slice(1) : argument + steps.join('');
}
