import { CLOCK_TOLERANCE_SECONDS } from '../../../tokens/signed-claims.js';
import type { DoctorContext } from '../context/context.js';
import type { Check } from '../findings/finding.js';

/** Our clock beside the issuer's. */
export const clock: Check<DoctorContext> = {
  name: 'clock',
  title: 'Clock',
  async run({ clockAheadSeconds }) {
    if (clockAheadSeconds === undefined) return { skipped: 'the issuer told no time' };
    const detail = `${inWords(clockAheadSeconds)} the issuer’s`;
    if (Math.abs(clockAheadSeconds) <= CLOCK_TOLERANCE_SECONDS) {
      return { findings: [], detail: Math.abs(clockAheadSeconds) < 3 ? 'as the issuer’s' : detail };
    }
    return {
      findings: [
        {
          code: 'clock_off',
          what: `The clock of this machine is ${detail}; ${CLOCK_TOLERANCE_SECONDS} s are tolerated.`,
          fix: {
            text: 'Synchronise it; in a virtual machine or container, that of its host.',
            command: 'sudo timedatectl set-ntp true',
          },
        },
      ],
    };
  },
};

function inWords(ahead: number): string {
  const seconds = Math.abs(ahead);
  const amount = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `${amount} ${ahead > 0 ? 'ahead of' : 'behind'}`;
}
