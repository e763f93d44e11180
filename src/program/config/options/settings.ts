import { type AccessSettings, accessOptions } from './access.js';
import type { Options } from './option.js';
import { type RunningSettings, runningOptions } from './running.js';
import { type SignInSettings, signInOptions } from './sign-in.js';

/** Everything that can be set, checked. */
export interface Settings extends SignInSettings, AccessSettings, RunningSettings {}

/**
 * Every setting: variable, meaning, unit, default, what is accepted, and what to do when it is
 * wrong.
 */
export const options: Options<Settings> = { ...signInOptions, ...accessOptions, ...runningOptions };
