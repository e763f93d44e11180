import { z } from 'zod';
import { nearestName } from './nearest-name.js';

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  null: 'null',
};

/**
 * What is wrong with a value of JSON or YAML, in place of the schema library's own words. Like
 * those of our schemas, which come first, it completes the sentence "AT …" and never has a value in
 * it: that may be a secret.
 */
export function wordsForJson(issue: Parameters<z.core.$ZodErrorMap>[0]): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongKind(issue.expected, issue.input);
    case 'unrecognized_keys':
      return unknownMembers(issue.keys, issue.inst);
    case 'invalid_value':
      return `is none of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return issue.minimum === 1 && isCounted(issue.origin)
        ? 'is empty'
        : `is too ${isCounted(issue.origin) ? 'short' : 'small'} (${issue.minimum} is the least)`;
    case 'too_big':
      return `is too ${isCounted(issue.origin) ? 'long' : 'large'} (${issue.maximum} is the most)`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
      return 'is none of the values that belong here';
  }
}

const isCounted = (origin: string): boolean => origin === 'string' || origin === 'array';

function wrongKind(expected: string, input: unknown): string {
  if (input === undefined) return 'is missing';
  const belongs = `is ${kindOf(input)}, where ${KINDS[expected] ?? expected} belongs`;
  return expected === 'array' && input !== null ? `${belongs}: put [ and ] round it` : belongs;
}

function kindOf(input: unknown): string | undefined {
  if (input === null) return 'null';
  return KINDS[Array.isArray(input) ? 'array' : typeof input];
}

function unknownMembers(keys: readonly string[], schema: unknown): string {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const meant = keys.length === 1 ? nearestName(keys[0]!, known) : undefined;
  const instead = meant === undefined ? `there are ${known.join(', ')}` : `write "${meant}"`;
  const names = keys.map((key) => JSON.stringify(key)).join(' and ');
  return `has ${names}, which ${keys.length === 1 ? 'is no member' : 'are no members'}: ${instead}`;
}
