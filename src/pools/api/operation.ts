import type { z } from 'zod';
import type { PoolsRuntime } from '../exchange/runtime.js';
import { invalidParameter } from './api-error.js';

/** What an operation has besides its input. */
export interface ApiCall {
  readonly runtime: PoolsRuntime;
  /** Epoch milliseconds by the pools' clock. */
  readonly now: number;
}

/** One operation of the API. */
export interface Operation {
  /**
   * @returns the members of the answer; `undefined` where AWS answers with an empty body
   * @throws {ApiError} when it refuses
   */
  answer(input: unknown, call: ApiCall): Promise<object | undefined>;
}

/** Operations by the name in `X-Amz-Target`. */
export type Operations = Readonly<Record<string, Operation>>;

/**
 * An operation that sees only input of the right shape; members nobody knows are ignored, as AWS
 * does.
 */
export function operation<Input>(
  shape: z.ZodType<Input>,
  answer: (input: Input, call: ApiCall) => object | undefined | Promise<object | undefined>,
): Operation {
  return {
    answer: async (input, call) => {
      const result = shape.safeParse(input, { reportInput: true });
      if (!result.success) throw invalidParameter(inWords(result.error.issues));
      return answer(result.data, call);
    },
  };
}

// Values stay out of it: one of them may be a password.
function inWords(issues: readonly z.core.$ZodIssue[]): string {
  const details = issues.map(
    (issue) =>
      `Value at '${memberName(issue.path)}' failed to satisfy constraint: ${constraint(issue)}`,
  );
  const errors = issues.length === 1 ? 'validation error' : 'validation errors';
  return `${issues.length} ${errors} detected: ${details.join('; ')}`;
}

const memberName = (path: readonly PropertyKey[]): string =>
  path
    .map((part) =>
      typeof part === 'number'
        ? `${part + 1}.member`
        : `${String(part).charAt(0).toLowerCase()}${String(part).slice(1)}`,
    )
    .join('.');

function constraint(issue: z.core.$ZodIssue): string {
  const { code } = issue;
  if (code === 'invalid_type') {
    return issue.input === undefined
      ? 'Member must not be null'
      : `Member must be of type ${issue.expected}`;
  }
  if (code === 'too_small') {
    return `Member must have ${sizeWord(issue.origin)} greater than or equal to ${issue.minimum}`;
  }
  if (code === 'too_big') {
    return `Member must have ${sizeWord(issue.origin)} less than or equal to ${issue.maximum}`;
  }
  if (code === 'invalid_format') {
    return `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`;
  }
  if (code === 'invalid_value') {
    return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
  }
  return issue.message;
}

const sizeWord = (origin: string): string =>
  origin === 'string' || origin === 'array' ? 'length' : 'value';
