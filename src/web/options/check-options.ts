import { nearestName } from './nearest-name.js';

/*
 * How every public function checks its options: a check that has each of them, and of which the
 * types have each too. Its messages complete the sentence "<option> …" as "problem; fix" and never
 * quote a value: it may be a secret in the wrong place.
 */

/** What is wrong with a value, as in `is no word`; `undefined` when nothing is. */
export type ProblemWith = (value: unknown) => string | undefined;

/**
 * Reads a value: tells what is wrong with it, or returns it as it is to be used. Of a list or an
 * object that is a copy.
 */
export interface Check {
  (value: unknown, tell: Tell): unknown;
  /** A member with it may be left out, but not be `undefined`. */
  readonly mayBeLeftOut?: boolean;
}

interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** There is no option of this name. */
  readonly isMisspelt?: boolean;
}
type Tell = (problem: Problem) => void;

/**
 * An option that must be given.
 *
 * @param fix what to do, as in `give the client ID`
 */
export function option(problemWith: ProblemWith, fix: string): Check {
  return (value, tell) => {
    const problem = problemWith(value);
    if (problem !== undefined) {
      tell({ path: [], message: `${value === undefined ? 'is undefined' : problem}; ${fix}` });
    }
    return value;
  };
}

/** One that has a default, for which `undefined` stands. */
export const optional =
  (check: Check): Check =>
  (value, tell) =>
    value === undefined ? undefined : check(value, tell);

/** One that may be left out, and is a mistake where it is `undefined`. */
export const leftOutOr = (check: Check): Check =>
  Object.assign<Check, { mayBeLeftOut: true }>((value, tell) => check(value, tell), {
    mayBeLeftOut: true,
  });

/**
 * Looks at a value once more when nothing was found wrong with it.
 * @param path of the member that is told to be wrong
 */
export function refined<Value>(
  check: Check,
  problemWith: (value: Value) => string | undefined,
  path: Problem['path'] = [],
): Check {
  return (value, tell) => {
    let isGood = true;
    const read = check(value, (problem) => {
      isGood = false;
      tell(problem);
    });
    const message = isGood ? problemWith(read as Value) : undefined;
    if (message !== undefined) tell({ path, message });
    return read;
  };
}

/** Text of which a function of the settings says the same. */
export const textThat = (problemWith: (value: string) => string | undefined, fix: string): Check =>
  option((value) => (isText(value) ? problemWith(value) : 'is no text'), fix);

export const text = (fix: string): Check =>
  option((value) => (isText(value) ? undefined : value === '' ? 'is empty' : 'is no text'), fix);

export const aFunction = (fix: string): Check =>
  option((value) => (typeof value === 'function' ? undefined : 'is no function'), fix);

export const trueOrFalse: Check = option(
  (value) => (typeof value === 'boolean' ? undefined : 'is neither true nor false'),
  'write one of them, or leave it out',
);

export const seconds = (least: number, most: number): Check =>
  option((value) => {
    const isNumber = Number.isFinite(value) && Number(value) >= least && Number(value) <= most;
    return isNumber ? undefined : 'is no such number';
  }, `give ${least} or more seconds, and at most ${most}`);

export const oneOf = (...words: readonly string[]): Check =>
  option(
    (value) => (words.includes(value as string) ? undefined : 'is none of its values'),
    `write ${words.join(' or ')}, or leave it out`,
  );

export function listOf(each: Check, fix: string): Check {
  const list = option((value) => (Array.isArray(value) ? undefined : 'is no list'), fix);
  return (value, tell) => {
    list(value, tell);
    if (!Array.isArray(value)) return value;
    return Array.from<unknown, unknown>(value, (member, index) => each(member, below(index, tell)));
  };
}

/** Members of any name and content. */
export const anyMembers = (fix: string): Check =>
  option((value) => (isPlainObject(value) ? undefined : 'is no object'), fix);

/**
 * An object with these options and no others. `Options` is its type: a member that is in one and
 * not in the other does not compile. It is a plain one: in a promise that nobody awaited, or a
 * `Map`, no option would be found, and nothing said about it.
 */
export function optionsOf<Options extends object>(
  shape: Readonly<Record<Extract<keyof Options, string>, Check>>,
  fix = 'give an object of options',
): Check {
  const plain = option((value) => (isPlainObject(value) ? undefined : 'is no plain object'), fix);
  const members = Object.entries<Check>(shape);
  return (value, tell) => {
    plain(value, tell);
    if (!isPlainObject(value)) return value;
    tellMisspelt(value, Object.keys(shape), tell);
    const read: Record<string, unknown> = {};
    for (const [name, check] of members) {
      const isThere = Object.hasOwn(value, name);
      if (!isThere && check.mayBeLeftOut === true) continue;
      const member = check(value[name], below(name, tell));
      if (isThere) read[name] = member;
    }
    return read;
  };
}

function tellMisspelt(value: object, known: readonly string[], tell: Tell): void {
  const name = Object.keys(value).find((each) => !known.includes(each));
  if (name === undefined) return;
  const meant = nearestName(name, known);
  const instead = meant === undefined ? `there are ${known.join(', ')}` : `write ${meant}`;
  tell({ path: [name], message: `is not an option; ${instead}`, isMisspelt: true });
}

const below =
  (step: string | number, tell: Tell): Tell =>
  (problem) =>
    tell({ ...problem, path: [step, ...problem.path] });

/**
 * @param caller the public function, as its user writes it
 * @param argument what the function calls what is checked
 * @returns a copy, so that what is changed later changes nothing
 * @throws {TypeError} `createRelyingParty: api.clientIDs is not an option; write clientIds`
 */
export function checkOptions<Options>(
  caller: string,
  check: Check,
  options: Options,
  argument = 'options',
): Options {
  const problems: Problem[] = [];
  const read = check(options, (problem) => problems.push(problem));
  // A misspelt name comes first: that another one is missing is a consequence of it.
  const problem = problems.find(({ isMisspelt }) => isMisspelt) ?? problems[0];
  if (problem === undefined) return read as Options;
  throw new TypeError(`${caller}: ${writePath(problem.path, argument)} ${problem.message}`);
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

/** `api.issuers[0].clientIds`; what the argument is called where that is not plain. */
function writePath(path: Problem['path'], argument: string): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return typeof path[0] === 'string' ? steps.join('').slice(1) : argument + steps.join('');
}
