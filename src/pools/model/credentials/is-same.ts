import { timingSafeEqual } from 'node:crypto';

/** Compares secrets, in a time that does not depend on where they differ. */
export function isSame(a: string | Buffer, b: string | Buffer): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
