import type { Check } from '../context/context.js';
import { compact, finding } from '../findings/finding.js';

/**
 * Secrets that are long enough, which the settings insist on, and yet easy to guess: few different
 * characters, or words that are meant to be replaced.
 */
export const secrets: Check = {
  name: 'secrets',
  title: 'Strength of SESSION_SECRET',
  async run({ settings }) {
    const { sessionSecrets, clientSecrets } = settings;
    const findings = sessionSecrets.map((secret, index) => {
      const weakness = clientSecrets.includes(secret)
        ? 'is CLIENT_SECRET again'
        : weaknessOf(secret);
      if (weakness === undefined) return undefined;
      const which = sessionSecrets.length === 1 ? '' : `, its number ${index + 1},`;
      return finding(
        'session_secret_weak',
        `SESSION_SECRET${which} ${weakness}.`,
        'Make a random one. Put it in front of the present one, with a comma, and nobody is signed out; take the old one away after SESSION_ABSOLUTE_SECONDS.',
        { about: String(index), command: 'openssl rand -base64 32' },
      );
    });
    return { findings: compact(findings), detail: `${sessionSecrets.length} set` };
  },
};

const LEAST_DIFFERENT_CHARACTERS = 10;
const LEAST_BITS = 80;

function weaknessOf(secret: string): string | undefined {
  if (
    /change.?me|replace|example|password|your.?secret|placeholder|0123456789|abcdef/i.test(secret)
  ) {
    return 'contains words or rows that everybody tries first';
  }
  const characters = Array.from(secret);
  const different = new Set(characters).size;
  if (different < LEAST_DIFFERENT_CHARACTERS) return `has only ${different} different characters`;
  if (/^(.{1,16})\1+.{0,15}$/s.test(secret)) return 'repeats itself';
  return entropyBits(characters) < LEAST_BITS ? 'is hardly random' : undefined;
}

/**
 * Shannon's, of the characters as they are: an upper bound, so what is below it is weak for
 * certain.
 */
function entropyBits(characters: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  const perCharacter = [...counts.values()]
    .map((count) => count / characters.length)
    .reduce((bits, share) => bits - share * Math.log2(share), 0);
  return perCharacter * characters.length;
}
