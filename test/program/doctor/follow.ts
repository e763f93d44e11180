import { execFileSync } from 'node:child_process';
import type { Finding } from '../../../src/program/doctor/findings/finding.js';

/** Does what the finding says, as printed. @returns what the command said */
export const follow = (finding: Finding | undefined): string =>
  execFileSync('bash', ['-c', finding?.fix.command ?? 'false'], { encoding: 'utf8' }).trim();
