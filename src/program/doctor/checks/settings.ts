import type { Problem } from '../../../errors/config-error.js';
import type { Finding } from '../findings/finding.js';

/** The same list `serve` prints and stops at. */
export function settingProblems(problems: readonly Problem[]): Finding[] {
  const missing = problems.filter(({ problem }) => problem === 'is missing');
  if (missing.length < 2) return problems.map(invalid);
  const others = problems.filter((each) => !missing.includes(each));
  return [allMissing(missing), ...others.map(invalid)];
}

const invalid = ({ option, problem, fix }: Problem): Finding => ({
  code: 'setting_invalid',
  about: `${option} ${problem}`,
  what: `${option} ${problem}.`,
  fix: { text: sentence(fix) },
});

/** Once, and not one after the other: mostly there is no `.env` here at all. */
const allMissing = (problems: readonly Problem[]): Finding => ({
  code: 'settings_missing',
  what: `Settings are missing: ${problems.map(({ option }) => option).join(', ')}.`,
  fix: {
    text: `Run doctor where .env is, or let “lifeguard setup” write one. By hand: ${problems.map(({ option, fix }) => `${option}: ${fix}`).join('; ')}.`,
  },
});

export const settingWarnings = (warnings: readonly Problem[]): Finding[] =>
  warnings.map(({ option, problem, fix }) => ({
    code: 'setting_unknown',
    about: option,
    what: `${option} ${problem}.`,
    fix: { text: sentence(fix) },
  }));

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
