/** A point in time as a person reads it. */
export interface Moment {
  /** Relative to now: "in 43 minutes", "2 hours ago". */
  readonly words: string;
  /** "25 November 2026 at 19:04:11 UTC" */
  readonly utc: string;
  /** For the `datetime` attribute. */
  readonly iso: string;
}

const utc = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'long',
  timeZone: 'UTC',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

const units = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3_600 },
  { name: 'minute', seconds: 60 },
] as const;

/**
 * Says when something is, in words and exactly. Words are cut, not rounded: "in 7 hours" means at
 * least seven.
 *
 * @param at epoch milliseconds
 * @param now epoch milliseconds
 */
export function moment(at: number, now: number): Moment {
  const seconds = Math.trunc((at - now) / 1_000);
  return { words: inWords(seconds), utc: utc.format(at), iso: new Date(at).toISOString() };
}

function inWords(seconds: number): string {
  if (seconds <= 0 && seconds > -5) return 'just now';
  // From twice its length on, so that 90 minutes are not "1 hour".
  const unit = units.find((each) => Math.abs(seconds) >= 2 * each.seconds);
  return unit === undefined
    ? relative.format(seconds, 'second')
    : relative.format(Math.trunc(seconds / unit.seconds), unit.name);
}
