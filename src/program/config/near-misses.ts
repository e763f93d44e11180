import type { Problem } from '../../errors/config-error.js';
import { editDistance } from '../../web/options/nearest-name.js';

const UNSEEN = /[\p{C}\p{Z}]/gu;

/**
 * Variables that look like a mistyped setting: one letter away, or two when the name is long.
 * Underscores do not count, nor does case, so BASEURL and base_url are two. Short names need care:
 * HOME is two letters from HOST and means something else. A name with something in it that nobody
 * sees comes from tools that take a file's byte order mark for a letter.
 */
export function nearMisses(variables: readonly string[], known: readonly string[]): Problem[] {
  return variables.flatMap((variable) => {
    if (known.includes(variable)) return [];
    const seen = variable.replaceAll(UNSEEN, '');
    if (seen !== variable && known.includes(seen)) {
      const fix = 'set it anew; a file that it comes from must be UTF-8 without a byte order mark';
      return [{ option: seen, problem: 'has an invisible character in its name', fix }];
    }
    const meant = known.find((name) => {
      const [left, right] = [lettersOf(variable), lettersOf(name)];
      if (left.length < 5 || Math.abs(left.length - right.length) > 2) return left === right;
      return editDistance(left, right) <= (right.length >= 8 ? 2 : 1);
    });
    if (meant === undefined) return [];
    return [{ option: variable, problem: 'is not a setting', fix: `did you mean ${meant}?` }];
  });
}

const lettersOf = (name: string): string => name.replaceAll('_', '').toUpperCase();
