import { SetupError } from '../../../setup/failure.js';
import { askForAgreement } from '../../surroundings/confirm.js';
import type { SetupReport } from './report.js';

export interface Agreement {
  readonly yes?: boolean;
  readonly allowRemovals?: boolean;
  readonly dryRun?: boolean;
}

/** What somebody is to agree to. */
export interface Proposed {
  readonly isEmpty: boolean;
  /** What is in the way. */
  readonly problems: readonly string[];
  /** All that is lost by it. */
  readonly removals: readonly string[];
  /** The whole of it, for a program. */
  readonly outcome: Readonly<Record<string, unknown>>;
}

/**
 * Whether to carry it out, and not only to show it.
 *
 * @throws {SetupError} when something is in the way, or nobody agrees
 */
export async function isApproved(
  { isEmpty, problems, removals, outcome }: Proposed,
  agreement: Agreement,
  { say, end }: SetupReport,
): Promise<boolean> {
  if (problems.length > 0) {
    end({ result: 'refused', problems, ...outcome });
    throw new SetupError(`\n${problems.join('\n')}\nNothing was changed.`);
  }
  if (isEmpty || agreement.dryRun === true) {
    say(isEmpty ? '\nNothing to change.' : '\nDry run: nothing was changed.');
    end({ result: isEmpty ? 'unchanged' : 'planned', ...outcome });
    return false;
  }
  try {
    if (await isAgreed(agreement, removals)) return true;
    throw new SetupError('Nothing was changed.');
  } catch (error) {
    if (error instanceof SetupError) {
      end({ result: 'refused', problems: [error.message.trim()], ...outcome });
    }
    throw error;
  }
}

/**
 * Somebody has read the plan and says so, or has said so beforehand. Who has not read it can agree
 * to additions; to what is lost by it only in words of its own.
 *
 * @throws {SetupError} when nobody is there to be asked, or has agreed to less than this
 */
async function isAgreed(
  { yes = false, allowRemovals = false }: Agreement,
  removals: readonly string[],
): Promise<boolean> {
  if (yes && removals.length > 0 && !allowRemovals) {
    throw new SetupError(
      '\n--yes does not agree to the removals above: add --allow-removals. Nothing was changed.',
    );
  }
  if (yes) return true;
  const question = removals.length > 0 ? 'Do this, removals included?' : 'Do this?';
  return askForAgreement(question, 'add --yes to do this, or --dry-run');
}
