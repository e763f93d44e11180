import type { Problem } from '../../errors.js';
import type { Finding } from '../finding.js';

/** The same list `serve` prints and stops at. */
export const settingProblems = (problems: readonly Problem[]): Finding[] =>
  problems.map(({ option, problem, fix }) => ({
    code: 'setting_invalid',
    about: `${option} ${problem}`,
    what: `${option} ${problem}.`,
    fix: { text: sentence(fix) },
  }));

export const settingWarnings = (warnings: readonly Problem[]): Finding[] =>
  warnings.map(({ option, problem, fix }) => ({
    code: 'setting_unknown',
    about: option,
    what: `${option} ${problem}.`,
    fix: { text: sentence(fix) },
  }));

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
