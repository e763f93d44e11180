import type { z } from 'zod';
import { accessOptions } from './access.js';
import type { Option } from './option.js';
import { runningOptions } from './running.js';
import { signInOptions } from './sign-in.js';

const all = { ...signInOptions, ...accessOptions, ...runningOptions };

/** Everything that can be set, checked: each as its schema leaves it. */
export type Settings = {
  readonly [Key in keyof typeof all]: z.output<(typeof all)[Key]['schema']>;
};

/**
 * Every setting: variable, meaning, unit, default, what is accepted, and what to do when it is
 * wrong.
 */
export const options: { readonly [Key in keyof Settings]: Option<Settings[Key]> } = all;
