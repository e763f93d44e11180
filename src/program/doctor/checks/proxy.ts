import { siteUrl, type Check, type DoctorContext } from '../context/context.js';
import { cookieFinding, queryFinding } from '../visits/callback-probe.js';
import { membersOf } from '../visits/exchange-bogus-code.js';
import { compact, finding, type Finding, type Findings } from '../findings/finding.js';
import { networkReason } from '../../config/network-reason.js';
import { visit } from '../visits/visit.js';

/**
 * The way from the user to the site: whom to believe about addresses, and whether BASE_URL leads
 * here with cookies intact. A site that is not running is no finding: doctor is for before the
 * start, too.
 */
export const proxy: Check = {
  name: 'proxy',
  title: 'BASE_URL, cookies and proxy',
  async run(context) {
    const site = await siteAt(context);
    return {
      findings: compact([trustFinding(context), ...site.findings]),
      detail: `${siteUrl(context, '')}${site.detail}`,
    };
  },
};

function trustFinding({ settings }: DoctorContext): Finding | undefined {
  const { trustProxy, baseUrl } = settings;
  const set = { TRUST_PROXY: '1' };
  // We speak no TLS ourselves, so with https there is always somebody in front.
  if (baseUrl.startsWith('https:') && (trustProxy === false || trustProxy === 0)) {
    return finding(
      'trust_proxy_missing',
      'BASE_URL is https, so a proxy is in front, and TRUST_PROXY believes nobody.',
      'Set TRUST_PROXY to the number of proxies in front, or to their addresses.',
      { set },
    );
  }
  if (trustProxy !== true) return undefined;
  return finding(
    'trust_proxy_everyone',
    'TRUST_PROXY is true: everybody is believed.',
    'Set it to the number of proxies in front, or to their addresses.',
    { set },
  );
}

async function siteAt(context: DoctorContext): Promise<{ findings: Findings; detail: string }> {
  const { settings, fetch } = context;
  const stopAt = ({ origin }: URL): boolean => origin !== settings.baseUrl;
  try {
    const [first] = await visit(new URL(probeOf(context)), { fetch, stopAt, maxHops: 3 });
    const status = first?.status;
    if (status === 502 || status === 503) {
      return { findings: [], detail: ', where a proxy answers and the site does not run' };
    }
    if (status !== 200) return { findings: [siteUnexpected(context, status)], detail: '' };
    const findings = [
      await readinessFinding(context),
      (await queryFinding(context)) ?? (await signInFinding(context)),
      await longHeaderFinding(context),
    ];
    return { findings, detail: ', where the site runs' };
  } catch (error) {
    const reason = networkReason(error);
    return { findings: [], detail: `, which does not answer at the moment (${reason})` };
  }
}

/**
 * What only a running site answers with 200. Health is at the root of its port, which is somebody
 * else's where there is a path.
 */
const probeOf = (context: DoctorContext): string =>
  siteUrl(context, context.settings.basePath === '' ? '/healthz' : '/signed-out');

/** Begins a sign-in at the running site, which sets the cookie that the callback will want back. */
async function signInFinding(context: DoctorContext): Promise<Finding | undefined> {
  const { settings, fetch } = context;
  const url = new URL(siteUrl(context, '/login'));
  // As after the move to BASE_URL, which comes first where a proxy sends another Host.
  url.searchParams.set('moved', '1');
  const [provider] = settings.identityProviders;
  if (provider !== undefined) url.searchParams.set('provider', provider.name);
  const response = await fetch(url.href, { redirect: 'manual', headers: { accept: 'text/html' } });
  await response.body?.cancel();
  const { status, headers } = response;
  // 429: the rate limit, which is for strangers like us.
  if (status >= 400 && status !== 429) {
    return finding(
      'sign_in_fails',
      `${url.origin}${url.pathname} answers with status ${status}, where a sign-in should begin.`,
      status === 502
        ? 'A proxy says so, and its log why. Often it takes no answer whose headers are as long as those of a sign-in: in nginx “proxy_buffer_size 16k”.'
        : 'Look into the log of the site, which says why, or of the proxy, if the site was not asked.',
    );
  }
  if (status !== 302) return undefined;
  const cookies = headers.getSetCookie().map((cookie) => cookie.replace(/;.*$/s, ''));
  if (cookies.length === 0) {
    return finding(
      'cookies_lost',
      `${siteUrl(context, '/login')} begins a sign-in and sets no cookie: it was lost between the site and here.`,
      'Let the proxy pass “Set-Cookie” on, and let no cache keep /login.',
    );
  }
  const state = new URL(headers.get('location') ?? '', url).searchParams.get('state');
  // Pushed to the provider, it is in no address.
  return state === null ? undefined : cookieFinding(context, state, cookies.join('; '));
}

/**
 * What the site says of itself; a proxy may well keep that from strangers, and does where the site
 * is below a path.
 */
async function readinessFinding({ settings, fetch }: DoctorContext): Promise<Finding | undefined> {
  if (settings.basePath !== '') return undefined;
  const response = await fetch(`${settings.baseUrl}/readyz`, {
    headers: { accept: 'application/json' },
  });
  const { part, step, reason } = membersOf(await response.text().catch(() => ''));
  if (response.status !== 503 || part !== 'session_store') return undefined;
  return finding(
    'site_not_ready',
    `${settings.baseUrl}/readyz says that the session store fails at “${String(step)}”: ${String(reason)}.`,
    'Look at the store from where the site runs; its log has the words of the store.',
  );
}

/**
 * Half of what nginx takes in one line when nobody sets it, and less than other programs' cookies
 * often have.
 */
const LONG_COOKIE_BYTES = 4096;

/** A request as of a browser with many cookies. */
async function longHeaderFinding(context: DoctorContext): Promise<Finding | undefined> {
  const { body, status } = await context.fetch(probeOf(context), {
    headers: { cookie: `lifeguard-doctor=${'x'.repeat(LONG_COOKIE_BYTES)}` },
  });
  await body?.cancel();
  if (status < 400) return undefined;
  return finding(
    'long_headers_refused',
    `A request with ${LONG_COOKIE_BYTES} bytes of cookies is answered with status ${status} at ${siteUrl(context, '')}, one without them with 200.`,
    'Let the proxy take longer headers: in nginx “large_client_header_buffers 4 16k”, elsewhere the limit of request headers.',
  );
}

const siteUnexpected = (context: DoctorContext, status: number | undefined): Finding =>
  finding(
    'site_unexpected',
    `${probeOf(context)} answers with status ${status ?? 'none'}: something else than Lifeguard is there, or the proxy sends its path elsewhere.`,
    context.settings.basePath === ''
      ? 'Let the proxy send all of the origin BASE_URL to HOST and PORT, with paths unchanged, or correct BASE_URL.'
      : `Let the proxy send all below ${context.settings.basePath} to HOST and PORT, with paths unchanged, or correct BASE_URL or BASE_PATH.`,
  );
