import { parse } from 'bowser';

/** A User-Agent header in words a person knows: "Safari on iOS", "Chrome on Windows", "curl". */
export function describeDevice(userAgent: string): string {
  const { browser, os } = parse(userAgent === '' ? 'unknown' : userAgent);
  if (browser.name === undefined || browser.name === '') {
    return /^([\w.-]{1,30})(?:\/|$)/.exec(userAgent)?.[1] ?? 'Unknown device';
  }
  return os.name === undefined ? browser.name : `${browser.name} on ${os.name}`;
}
