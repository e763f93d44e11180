import type { Problem } from '../errors.js';
import { editDistance } from '../errors/nearest-name.js';

/**
 * Variables that look like a mistyped setting: one letter away, or two when the name is long. Underscores do not count,
 * so BASEURL is one too. Short names need care: HOME is two letters from HOST and means something else.
 */
export function nearMisses(variables: readonly string[], known: readonly string[]): Problem[] {
  return variables.flatMap((variable) => {
    if (known.includes(variable)) return [];
    const meant = known.find((name) => {
      const [left, right] = [variable.replaceAll('_', ''), name.replaceAll('_', '')];
      if (left.length < 5 || Math.abs(left.length - right.length) > 2) return left === right;
      return editDistance(left, right) <= (right.length >= 8 ? 2 : 1);
    });
    if (meant === undefined) return [];
    return [{ option: variable, problem: 'is not a setting', fix: `did you mean ${meant}?` }];
  });
}
