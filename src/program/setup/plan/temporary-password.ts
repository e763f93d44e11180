import { randomInt } from 'node:crypto';
import type { PasswordPolicyType } from '@aws-sdk/client-cognito-identity-provider';

// Without characters that are mistaken for each other, since somebody will type this.
const classes = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '-!+=.'];

const LEAST = 16;

/** A random password with every class of characters that a pool's policy can ask for. */
export function temporaryPassword({ MinimumLength = 0 }: PasswordPolicyType = {}): string {
  const length = Math.max(LEAST, MinimumLength);
  const all = classes.join('');
  const characters = classes.map(oneOf);
  while (characters.length < length) characters.push(oneOf(all));
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other]!, characters[last]!];
  }
  return characters.join('');
}

const oneOf = (characters: string): string => characters.charAt(randomInt(characters.length));
