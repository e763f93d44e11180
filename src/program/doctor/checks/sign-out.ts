import { cognitoLogoutEndpoint, cognitoLogoutUrl } from '../../../cognito/logout-url.js';
import { poolPageError } from '../../../cognito/pool-pages.js';
import { isUserPool } from '../../../cognito/user-pool.js';
import type { IdentityProvider } from '../../../relying-party/provider/identity-provider.js';
import { type AppClient, ownClient } from '../context/app-client.js';
import {
  changeProvider,
  logoutUriOf,
  type Check,
  type DoctorContext,
  type ProviderMetadata,
} from '../context/context.js';
import { compact, finding, type Finding } from '../findings/finding.js';
import { logoutUrlNotRegistered } from '../clients/app-client.js';
import { clientUnknown } from '../clients/master-client.js';
import { firewallInFront } from '../visits/firewall.js';
import { networkReason } from '../../config/network-reason.js';
import { type Hop, UnansweredError, visit } from '../visits/visit.js';

/**
 * Visits every hop of a sign-out without cookies, so nobody is signed out. A registered address is
 * redirected to; one that is not ends on a page of the pool, which is the first thing users would
 * see of the mistake.
 */
export const signOut: Check = {
  name: 'sign-out',
  title: 'The way of a sign-out',
  async run(context) {
    const { metadata, settings } = context;
    if (metadata === undefined) return { skipped: 'the discovery document does not say where' };
    const hops = [
      masterFinding(context, metadata),
      ...settings.identityProviders.map((provider) => upstreamFinding(context, provider)),
    ];
    return { findings: compact(await Promise.all(hops)) };
  },
};

async function masterFinding(
  context: DoctorContext,
  { endSessionEndpoint, authorizationEndpoint }: ProviderMetadata,
): Promise<Finding | undefined> {
  const { issuer, clientId } = context.settings;
  if (isUserPool(issuer)) {
    const endpoint = endSessionEndpoint
      ? new URL(endSessionEndpoint)
      : cognitoLogoutEndpoint(authorizationEndpoint);
    const answer = await answerOf(context, endpoint, ownClient(context));
    return answer === 'client unknown' ? clientUnknown(context) : answer;
  }
  if (endSessionEndpoint !== undefined)
    return standardFinding(context, OP, endSessionEndpoint, clientId);
  return finding(
    'sign_out_endpoint_missing',
    'The discovery document names no end_session_endpoint.',
    'Nothing can be done here; tell users to close their browser.',
  );
}

async function upstreamFinding(
  context: DoctorContext,
  { name, signOut: strategy }: IdentityProvider,
): Promise<Finding | undefined> {
  switch (strategy.kind) {
    case 'none':
      return undefined;
    case 'oidc': {
      const { endSessionEndpoint, clientId } = strategy;
      const found = await standardFinding(context, `“${name}”`, endSessionEndpoint, clientId);
      if (found?.code !== 'logout_url_not_registered' || clientId === undefined) return found;
      const client = { provider: name, clientId };
      const isPool = (await answerOf(context, new URL(endSessionEndpoint), client)) === undefined;
      return isPool ? signOutKindWrong(context, name, { endSessionEndpoint, clientId }) : found;
    }
    case 'cognito': {
      const { domain, clientId } = strategy;
      const client = { provider: name, clientId };
      const answer = await answerOf(context, new URL(`${domain}/logout`), client);
      return answer === 'client unknown' ? signOutClientUnknown(name, clientId, domain) : answer;
    }
  }
}

/**
 * What a pool's `/logout` does with our address that it should not; it should send the browser
 * there.
 */
async function answerOf(
  context: DoctorContext,
  endpoint: URL,
  client: AppClient,
): Promise<Finding | 'client unknown' | undefined> {
  const { provider } = client;
  const logoutUri = logoutUriOf(context);
  const hops = await tryVisit(context, cognitoLogoutUrl(endpoint, client.clientId, logoutUri));
  const unanswered = (reason: string): Finding => ({
    ...unreachable(provider === undefined ? OP : `“${provider}”`, endpoint, reason),
    about: provider,
  });
  if ('reason' in hops) return unanswered(hops.reason);
  const [first] = hops;
  // To the letter: a browser would follow more, and the sign-out cookie is on one path only.
  if (first?.location?.href === new URL(logoutUri).href) return undefined;
  const end = hops.at(-1)!;
  const { url, status = 0, body } = end;
  if (end.isFirewall) return firewallInFront(end);
  if (status === 404 || status >= 500) return unanswered(`status ${status}`);
  return poolPageError(url, status, body) === 'client_unknown'
    ? 'client unknown'
    : logoutUrlNotRegistered(client, logoutUri);
}

/**
 * Other providers ask the user first, or send the browser back; a status of 400 or more is a
 * refusal either way.
 */
async function standardFinding(
  context: DoctorContext,
  who: string,
  endSessionEndpoint: string,
  clientId: string | undefined,
): Promise<Finding | undefined> {
  const logoutUri = logoutUriOf(context);
  const url = new URL(endSessionEndpoint);
  if (clientId !== undefined) url.searchParams.set('client_id', clientId);
  url.searchParams.set('post_logout_redirect_uri', logoutUri);
  const hops = await tryVisit(context, url);
  if ('reason' in hops) return unreachable(who, url, hops.reason);
  const end = hops.at(-1)!;
  if (end.isFirewall) return firewallInFront(end);
  const { status = 0 } = end;
  if (status < 400) return undefined;
  return finding(
    'logout_url_not_registered',
    `${who} refuses a sign-out that comes back to ${logoutUri} (status ${status}).`,
    `Register it there as a post-logout redirect URI: ${logoutUri}`,
  );
}

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

function unreachable(who: string, url: URL, reason: string): Finding {
  const code = 'sign_out_unreachable';
  const what = `The sign-out address of ${who}, ${url.origin}${url.pathname}, does not answer: ${reason}.`;
  return who === OP
    ? finding(
        code,
        what,
        `See that this machine reaches ${url.host} (DNS, firewall, HTTPS_PROXY). The address is that of the discovery document of ISSUER.`,
      )
    : finding(
        code,
        what,
        'Correct “signOut” in IDENTITY_PROVIDERS: for a user pool, `domain` is its domain as a browser sees it. If it is right, see that this machine reaches it (DNS, firewall, HTTPS_PROXY).',
        { console: 'Amazon Cognito › User pools › the second pool › Domain' },
      );
}

function signOutKindWrong(
  { settings }: DoctorContext,
  name: string,
  { endSessionEndpoint, clientId }: { endSessionEndpoint: string; clientId: string },
): Finding {
  const domain = endSessionEndpoint.replace(/\/logout$/, '');
  return finding(
    'sign_out_kind_wrong',
    `IDENTITY_PROVIDERS signs out of “${name}” as of any OpenID provider, and ${endSessionEndpoint} is a user pool’s: it takes logout_uri and no post_logout_redirect_uri.`,
    'Write the kind `cognito`, with the domain of that pool.',
    {
      about: name,
      set: changeProvider(settings, name, { signOut: { kind: 'cognito', domain, clientId } }),
    },
  );
}

const signOutClientUnknown = (name: string, clientId: string, domain: string): Finding =>
  finding(
    'sign_out_client_unknown',
    `The pool at ${domain} knows no client ${clientId}, which IDENTITY_PROVIDERS names for signing out of “${name}”.`,
    '`signOut.clientId` is the app client of the second pool that the master pool signs in with; copy it from there.',
    {
      about: name,
      console: 'Amazon Cognito › User pools › the second pool › App clients › Client ID',
    },
  );
