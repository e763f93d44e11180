import { siteUrl, type DoctorContext } from '../context/context.js';
import type { Finding } from '../findings/finding.js';
import { REQUEST_TIMEOUT_MS } from './visit.js';

/*
 * Whether the callback sees what a browser sends it: the query, by one that no provider writes, and the cookie of a sign-in, by an
 * answer that has nothing in it. Both are refused before anybody else is asked, and in other words than where they got lost.
 */

export async function queryFindings(context: DoctorContext): Promise<Finding[]> {
  return (await finds(context, 'doctor=1&doctor=2')) ? [] : [queryLost(context)];
}

/** @param cookies of the sign-in that was begun with this `state`, as a browser sends them back */
export async function cookieFindings(
  context: DoctorContext,
  state: string,
  cookies: string,
): Promise<Finding[]> {
  const query = `state=${encodeURIComponent(state)}`;
  return (await finds(context, query, cookies)) ? [] : [cookieLost(context)];
}

/** Whether the site has, as far as its answer tells, what was sent. */
async function finds(context: DoctorContext, query: string, cookie?: string): Promise<boolean> {
  const response = await context.fetch(`${siteUrl(context, '/callback')}?${query}`, {
    redirect: 'manual',
    headers: { accept: 'application/json', ...(cookie !== undefined && { cookie }) },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  return body?.['code'] !== 'login_transaction_missing';
}

const queryLost = (context: DoctorContext): Finding => ({
  code: 'query_lost',
  what: `What is behind the ? of an address at ${siteUrl(context, '')} does not come to the site: it was lost between here and there.`,
  fix: {
    text: 'Let the proxy pass queries on: in nginx a “rewrite” keeps them unless it ends with ?, in CloudFront an origin request policy has to name them.',
  },
});

const cookieLost = (context: DoctorContext): Finding => ({
  code: 'cookies_lost',
  what: `The cookie that a browser sends back to ${siteUrl(context, '/callback')} does not come to the site: it was lost between here and there.`,
  fix: {
    text: 'Let the proxy pass “Cookie” on: in CloudFront an origin request policy has to name cookies, and caching must be off.',
  },
});
