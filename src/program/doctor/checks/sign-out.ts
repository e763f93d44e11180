import { cognitoLogoutEndpoint, cognitoLogoutUrl } from '../../../cognito/logout-url.js';
import { poolPageError } from '../../../cognito/pool-pages.js';
import { isUserPool } from '../../../cognito/user-pool.js';
import type { IdentityProvider } from '../../../relying-party/provider/identity-provider.js';
import {
  changeProvider,
  type DoctorContext,
  logoutUriOf,
  type ProviderMetadata,
} from '../context/context.js';
import type { Check, Finding } from '../findings/finding.js';
import { clientUnknown, logoutUrlNotRegistered } from '../clients/master-client.js';
import { firewallInFront } from '../visits/firewall.js';
import { upstreamLogoutUrlNotRegistered } from '../clients/upstream-client.js';
import { networkReason } from '../../config/network-reason.js';
import { type Hop, UnansweredError, visit } from '../visits/visit.js';

/**
 * Visits every hop of a sign-out without cookies, so nobody is signed out. A registered address is redirected to; one
 * that is not ends on a page of the pool, which is the first thing users would see of the mistake.
 */
export const signOut: Check<DoctorContext> = {
  name: 'sign-out',
  title: 'The way of a sign-out',
  async run(context) {
    const { metadata, settings } = context;
    if (metadata === undefined) return { skipped: 'the discovery document does not say where' };
    const hops = [
      masterFindings(context, metadata),
      ...settings.identityProviders.map((provider) => upstreamFindings(context, provider)),
    ];
    return { findings: (await Promise.all(hops)).flat() };
  },
};

async function masterFindings(
  context: DoctorContext,
  metadata: ProviderMetadata,
): Promise<Finding[]> {
  const { issuer, clientId } = context.settings;
  const { endSessionEndpoint, authorizationEndpoint } = metadata;
  if (isUserPool(issuer)) {
    const endpoint = endSessionEndpoint
      ? new URL(endSessionEndpoint)
      : cognitoLogoutEndpoint(authorizationEndpoint);
    const answer = await answerOf(context, endpoint, clientId);
    if (answer === 'comes back') return [];
    if (answer === 'client unknown') return [clientUnknown(context)];
    if (typeof answer === 'object' && 'firewall' in answer) return [inFront(answer.firewall)];
    return [
      answer === 'stays'
        ? logoutUrlNotRegistered(context)
        : unreachable(OP, endpoint, answer.reason),
    ];
  }
  if (endSessionEndpoint === undefined) return [withoutEndpoint];
  return standardFindings(context, OP, endSessionEndpoint, clientId);
}

async function upstreamFindings(
  context: DoctorContext,
  { name, signOut: strategy }: IdentityProvider,
): Promise<Finding[]> {
  switch (strategy.kind) {
    case 'none':
      return [];
    case 'oidc': {
      const { endSessionEndpoint, clientId } = strategy;
      const findings = await standardFindings(context, `“${name}”`, endSessionEndpoint, clientId);
      const isRefused = findings.some(({ code }) => code === 'logout_url_not_registered');
      if (!isRefused || clientId === undefined) return findings;
      const endpoint = new URL(endSessionEndpoint);
      const isPool = (await answerOf(context, endpoint, clientId)) === 'comes back';
      return isPool
        ? [signOutKindWrong(context, name, { endSessionEndpoint, clientId })]
        : findings;
    }
    case 'cognito': {
      const { domain, clientId } = strategy;
      const endpoint = new URL(`${domain}/logout`);
      const answer = await answerOf(context, endpoint, clientId);
      if (answer === 'comes back') return [];
      if (answer === 'client unknown') return [signOutClientUnknown(name, clientId, domain)];
      if (typeof answer === 'object' && 'firewall' in answer) return [inFront(answer.firewall)];
      if (answer === 'stays') {
        return [upstreamLogoutUrlNotRegistered(context, { provider: name, clientId })];
      }
      return [{ ...unreachable(`“${name}”`, endpoint, answer.reason), about: name }];
    }
  }
}

type Answer =
  | 'comes back'
  | 'client unknown'
  | 'stays'
  | { readonly reason: string }
  | { readonly firewall: Hop };

/** What a pool's `/logout` does with our address. */
async function answerOf(context: DoctorContext, endpoint: URL, clientId: string): Promise<Answer> {
  const logoutUri = logoutUriOf(context);
  const hops = await tryVisit(context, cognitoLogoutUrl(endpoint, clientId, logoutUri));
  if ('reason' in hops) return hops;
  const [first] = hops;
  // To the letter: a browser would follow more, and the sign-out cookie is on one path only.
  if (first?.location?.href === new URL(logoutUri).href) return 'comes back';
  const end = hops.at(-1)!;
  if (end.isFirewall) return { firewall: end };
  if (end.status === 404 || (end.status ?? 0) >= 500) return { reason: `status ${end.status}` };
  const error = poolPageError(end.url, end.status ?? 0, end.body);
  return error === 'client_unknown' ? 'client unknown' : 'stays';
}

/** Other providers ask the user first, or send the browser back; a status of 400 or more is a refusal either way. */
async function standardFindings(
  context: DoctorContext,
  who: string,
  endSessionEndpoint: string,
  clientId: string | undefined,
): Promise<Finding[]> {
  const logoutUri = logoutUriOf(context);
  const url = new URL(endSessionEndpoint);
  if (clientId !== undefined) url.searchParams.set('client_id', clientId);
  url.searchParams.set('post_logout_redirect_uri', logoutUri);
  const hops = await tryVisit(context, url);
  if ('reason' in hops) return [unreachable(who, url, hops.reason)];
  const end = hops.at(-1)!;
  if (end.isFirewall) return [inFront(end)];
  const { status } = end;
  if (status === undefined || status < 400) return [];
  return [
    {
      code: 'logout_url_not_registered',
      what: `${who} refuses a sign-out that comes back to ${logoutUri} (status ${status}).`,
      fix: { text: `Register it there as a post-logout redirect URI: ${logoutUri}` },
    },
  ];
}

const inFront = ({ url, status }: Hop): Finding => firewallInFront(url, status);

async function tryVisit(
  context: DoctorContext,
  url: URL,
): Promise<readonly Hop[] | { readonly reason: string }> {
  const ours = context.settings.baseUrl;
  try {
    return await visit(url, { fetch: context.fetch, stopAt: ({ origin }) => origin === ours });
  } catch (error) {
    if (!(error instanceof UnansweredError)) throw error;
    // It may be one that the sign-out address has sent us on to.
    const { origin, pathname } = error.url;
    const isFirst = origin === url.origin && pathname === url.pathname;
    const where = isFirst ? '' : ` of ${origin}${pathname}, where it leads`;
    return { reason: `${networkReason(error)}${where}` };
  }
}

const OP = 'the OpenID provider';

const unreachable = (who: string, url: URL, reason: string): Finding => ({
  code: 'sign_out_unreachable',
  what: `The sign-out address of ${who}, ${url.origin}${url.pathname}, does not answer: ${reason}.`,
  fix:
    who === OP
      ? {
          text: `See that this machine reaches ${url.host} (DNS, firewall, HTTPS_PROXY). The address is that of the discovery document of ISSUER.`,
        }
      : {
          text: 'Correct “signOut” in IDENTITY_PROVIDERS: for a user pool, `domain` is its domain as a browser sees it. If it is right, see that this machine reaches it (DNS, firewall, HTTPS_PROXY).',
          console: 'Amazon Cognito › User pools › the second pool › Domain',
        },
});

function signOutKindWrong(
  { settings }: DoctorContext,
  name: string,
  { endSessionEndpoint, clientId }: { endSessionEndpoint: string; clientId: string },
): Finding {
  const domain = endSessionEndpoint.replace(/\/logout$/, '');
  return {
    code: 'sign_out_kind_wrong',
    about: name,
    what: `IDENTITY_PROVIDERS signs out of “${name}” as of any OpenID provider, and ${endSessionEndpoint} is a user pool’s: it takes logout_uri and no post_logout_redirect_uri.`,
    fix: {
      text: 'Write the kind `cognito`, with the domain of that pool.',
      change: changeProvider(settings, name, { signOut: { kind: 'cognito', domain, clientId } }),
    },
  };
}

const signOutClientUnknown = (name: string, clientId: string, domain: string): Finding => ({
  code: 'sign_out_client_unknown',
  about: name,
  what: `The pool at ${domain} knows no client ${clientId}, which IDENTITY_PROVIDERS names for signing out of “${name}”.`,
  fix: {
    text: '`signOut.clientId` is the app client of the second pool that the master pool signs in with; copy it from there.',
    console: 'Amazon Cognito › User pools › the second pool › App clients › Client ID',
  },
});

const withoutEndpoint: Finding = {
  code: 'sign_out_endpoint_missing',
  what: 'The discovery document names no end_session_endpoint.',
  fix: { text: 'Nothing can be done here; tell users to close their browser.' },
};
