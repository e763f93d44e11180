import type { Problem } from '../../../errors/config-error.js';
import { type Finding, finding } from '../findings/finding.js';

/** The same list `serve` prints and stops at. */
export function settingProblems(problems: readonly Problem[]): Finding[] {
  const missing = problems.filter(({ problem }) => problem === 'is missing');
  if (missing.length < 2) return problems.map(invalid);
  const others = problems.filter((each) => !missing.includes(each));
  return [allMissing(missing), ...others.map(invalid)];
}

const invalid = ({ option, problem, fix }: Problem): Finding =>
  finding('setting_invalid', `${option} ${problem}.`, sentence(fix), {
    about: `${option} ${problem}`,
  });

/** Once, and not one after the other: mostly there is no `.env` here at all. */
const allMissing = (problems: readonly Problem[]): Finding =>
  finding(
    'settings_missing',
    `Settings are missing: ${problems.map(({ option }) => option).join(', ')}.`,
    `Run doctor where .env is, or let “lifeguard setup” write one. By hand: ${problems.map(({ option, fix }) => `${option}: ${fix}`).join('; ')}.`,
  );

export const settingWarnings = (warnings: readonly Problem[]): Finding[] =>
  warnings.map(({ option, problem, fix }) =>
    finding('setting_unknown', `${option} ${problem}.`, sentence(fix), { about: option }),
  );

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
