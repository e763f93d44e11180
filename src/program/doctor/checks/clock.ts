import { CLOCK_TOLERANCE_SECONDS } from '../../../tokens/signed-claims.js';
import type { Check } from '../context/context.js';
import { finding } from '../findings/finding.js';

/** Our clock beside the issuer's. */
export const clock: Check = {
  name: 'clock',
  title: 'Clock',
  async run({ clockAheadSeconds }) {
    if (clockAheadSeconds === undefined) return { skipped: 'the issuer told no time' };
    const seconds = Math.abs(clockAheadSeconds);
    const amount = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
    const detail = `${amount} ${clockAheadSeconds > 0 ? 'ahead of' : 'behind'} the issuer’s`;
    if (seconds <= CLOCK_TOLERANCE_SECONDS) {
      return { findings: [], detail: seconds < 3 ? 'as the issuer’s' : detail };
    }
    const off = finding(
      'clock_off',
      `The clock of this machine is ${detail}; ${CLOCK_TOLERANCE_SECONDS} s are tolerated.`,
      'Synchronise it; in a virtual machine or container, that of its host.',
      { command: 'sudo timedatectl set-ntp true' },
    );
    return { findings: [off] };
  },
};
