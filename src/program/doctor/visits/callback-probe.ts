import { siteUrl, type DoctorContext } from '../context/context.js';
import { type Finding, finding } from '../findings/finding.js';
import { membersOf } from './exchange-bogus-code.js';

/*
 * Whether the callback sees what a browser sends it: the query, by one that no provider writes, and
 * the cookie of a sign-in, by an answer that has nothing in it. Both are refused before anybody
 * else is asked, and in other words than where they got lost.
 */

export async function queryFinding(context: DoctorContext): Promise<Finding | undefined> {
  if (await finds(context, 'doctor=1&doctor=2')) return undefined;
  return finding(
    'query_lost',
    `What is behind the ? of an address at ${siteUrl(context, '')} does not come to the site: it was lost between here and there.`,
    'Let the proxy pass queries on: in nginx a “rewrite” keeps them unless it ends with ?, in CloudFront an origin request policy has to name them.',
  );
}

/** @param cookie of the sign-in that was begun with this `state`, as a browser sends it back */
export async function cookieFinding(
  context: DoctorContext,
  state: string,
  cookie: string,
): Promise<Finding | undefined> {
  if (await finds(context, `state=${encodeURIComponent(state)}`, cookie)) return undefined;
  return finding(
    'cookies_lost',
    `The cookie that a browser sends back to ${siteUrl(context, '/callback')} does not come to the site: it was lost between here and there.`,
    'Let the proxy pass “Cookie” on: in CloudFront an origin request policy has to name cookies, and caching must be off.',
  );
}

/** Whether the site has, as far as its answer tells, what was sent. */
async function finds(context: DoctorContext, query: string, cookie?: string): Promise<boolean> {
  const response = await context.fetch(`${siteUrl(context, '/callback')}?${query}`, {
    redirect: 'manual',
    headers: { accept: 'application/json', ...(cookie !== undefined && { cookie }) },
  });
  const { code } = membersOf(await response.text().catch(() => ''));
  return code !== 'login_transaction_missing';
}
