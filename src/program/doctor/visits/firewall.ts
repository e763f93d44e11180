import { type Finding, finding } from '../findings/finding.js';

/**
 * What little of an answer tells a web application firewall (AWS WAF, CloudFront) from the user
 * pool behind it.
 */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Whether the answer is a firewall's and not the pool's: AWS WAF blocks with 403 in its own words,
 * and asks for a puzzle with 202 or 405 and a header of its own.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-how-it-works.html
 */
export function isFirewall({ status, headers, body }: Answer): boolean {
  if (headers.has('x-amzn-waf-action')) return true;
  if (status !== 403) return false;
  return (
    /forbidden/i.test(headers.get('x-amzn-errortype') ?? '') ||
    /^\s*\{"message":\s*"Forbidden"\}\s*$/.test(body) ||
    /Request blocked|ForbiddenException|Access Denied|blocked by (?:AWS )?WAF/i.test(body)
  );
}

/** Doctor was turned away, and does not know what would have come from behind the firewall. */
export const firewallInFront = ({
  url,
  status,
}: {
  readonly url: URL;
  readonly status: number | undefined;
}): Finding =>
  finding(
    'waf_in_front',
    `A firewall in front of ${url.host} turns doctor away (status ${status ?? 'none'}); the user pool itself was not asked.`,
    'Look at its rules and at what it has blocked, and try /login in a browser. Doctor calls itself “lifeguard-doctor”, and keeps no cookies.',
    {
      about: url.host,
      console: 'AWS WAF › Web ACLs › the one with this user pool › Sampled requests',
    },
  );
