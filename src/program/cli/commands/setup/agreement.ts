import { SetupError } from '../../../setup/failure.js';
import { askForAgreement } from '../../surroundings/confirm.js';

export interface Agreement {
  readonly yes?: boolean | undefined;
  readonly allowRemovals?: boolean | undefined;
}

/**
 * Whether the plan may be carried out: somebody has read it and says so, or has said so beforehand. Who has not read it can
 * agree to additions; to what is lost by it only in words of its own.
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

/**
 * Goes on only where the plan may be carried out.
 *
 * @param refused told why not, before it throws
 * @throws {SetupError} when it may not
 */
export async function requireAgreement(
  agreement: Agreement,
  removals: readonly string[],
  refused: (problem: string) => void,
): Promise<void> {
  try {
    if (!(await isAgreed(agreement, removals))) throw new SetupError('Nothing was changed.');
  } catch (error) {
    if (error instanceof SetupError) refused(error.message.trim());
    throw error;
  }
}
