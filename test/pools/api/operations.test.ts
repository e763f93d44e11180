import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as sdk from '@aws-sdk/client-cognito-identity-provider';
import { operations } from '../../../src/pools/api/operations.js';

const folder = new URL('.', import.meta.url);
const tests = readdirSync(folder)
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n');

it.each(Object.keys(operations))(
  '%s is an operation of the SDK, and some test here uses it',
  (name) => {
    expect(sdk).toHaveProperty(`${name}Command`);
    expect(tests).toMatch(new RegExp(`new ${name}Command\\(|paginate${name}\\(`));
  },
);
