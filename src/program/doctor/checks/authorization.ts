import { recogniseAuthorizationError } from '../../../cognito/error-descriptions.js';
import { poolPageError, providersOffered } from '../../../cognito/pool-pages.js';
import { isUserPool } from '../../../cognito/user-pool.js';
import { beginSignIn, PushRefusedError } from '../visits/begin-sign-in.js';
import { ownClient } from '../context/app-client.js';
import {
  callbackOf,
  type Check,
  type DoctorContext,
  type ProviderMetadata,
} from '../context/context.js';
import { compact, finding, type Finding } from '../findings/finding.js';
import { callbackNotRegistered, codeFlowOff, scopeNotAllowed } from '../clients/app-client.js';
import { clientUnknown, providerNameCase, providerNotEnabled } from '../clients/master-client.js';
import {
  type UpstreamClient,
  upstreamClientUnknown,
  upstreamUsersNotEnabled,
} from '../clients/upstream-client.js';
import { firewallInFront } from '../visits/firewall.js';
import { withoutStyle } from '../pools/pool-style.js';
import {
  authorizationRefused,
  hopUnanswered,
  pushRefused,
  quoteProvider,
} from '../visits/sign-in-refused.js';
import { type Hop, UnansweredError } from '../visits/visit.js';

/**
 * Begins a sign-in as `/login` does, once for each identity provider, and looks where a browser
 * without a user gets to: a sign-in page, an error page of a pool, or back here with an error.
 * Gives no credentials, and leaves nothing behind.
 */
export const authorization: Check = {
  name: 'authorization',
  title: 'A sign-in, begun and not finished',
  async run(context) {
    const { metadata, settings } = context;
    if (metadata === undefined) return { skipped: 'there is no authorization endpoint' };
    const isPushed = metadata.requiresPushedRequests || settings.pushedAuthorizationRequests;
    if (isPushed && metadata.pushEndpoint === undefined) {
      return { skipped: 'there is no place to push the authorization request to' };
    }
    const names = settings.identityProviders.map(({ name }) => name);
    const tries = names.length > 0 ? names : [undefined];
    const results = await Promise.all(tries.map((name) => tryProvider(context, metadata, name)));
    return {
      findings: compact(results.map(({ found }) => found)),
      detail: results.map(({ host }) => host).join(', '),
    };
  },
};

interface Tried {
  readonly found: Finding | undefined;
  readonly host: string;
}

async function tryProvider(
  context: DoctorContext,
  metadata: ProviderMetadata,
  name: string | undefined,
): Promise<Tried> {
  let hops: Hop[];
  try {
    hops = await beginSignIn(context, metadata, name);
  } catch (error) {
    if (error instanceof PushRefusedError) {
      return { found: pushRefused(metadata, name, error), host: '' };
    }
    if (!(error instanceof UnansweredError)) throw error;
    return { found: hopUnanswered(context, name, error), host: '' };
  }
  const { host } = hops.at(-1)!.url;
  return { found: await interpret(context, metadata, name, hops), host };
}

async function interpret(
  context: DoctorContext,
  metadata: ProviderMetadata,
  name: string | undefined,
  hops: readonly Hop[],
): Promise<Finding | undefined> {
  const end = hops.at(-1)!;
  const upstream = name === undefined ? undefined : upstreamClient(metadata, name, hops);
  if (end.status === undefined) return judgeReturn(context, name, upstream, end.url);
  if (end.location !== undefined) return authorizationRefused(name, 'The redirects do not end.');
  if (end.isFirewall) return firewallInFront(end);
  const reached = isOf(metadata, end.url) ? undefined : upstream;
  const client = reached ?? ownClient(context);
  switch (poolPageError(end.url, end.status, end.body)) {
    case undefined:
      return reached === undefined && isStuck(context, name)
        ? unavailable(context, metadata, name!)
        : undefined;
    case 'client_unknown':
      return reached ? upstreamClientUnknown(reached) : clientUnknown(context);
    case 'redirect_mismatch':
      return callbackNotRegistered(client, reached?.callback ?? callbackOf(context));
    case 'login_option_unavailable':
      if (reached) return upstreamUsersNotEnabled(reached);
      return name === undefined
        ? authorizationRefused(name, 'The user pool says “Login option is not available”.')
        : unavailable(context, metadata, name);
    case 'pages_without_branding':
      return withoutStyle(client);
    case 'parameter_missing':
    case 'error_page':
      return authorizationRefused(
        name,
        `It ends on an error page of ${end.url.host}, status ${end.status}.`,
      );
  }
}

/**
 * Asked for a provider and still on a page of the master pool, although with nothing wrong in
 * sight.
 */
const isStuck = ({ settings }: DoctorContext, name: string | undefined): boolean =>
  name !== undefined && name !== 'COGNITO' && isUserPool(settings.issuer);

/** The pool's own pages are beside its authorization endpoint. */
const isOf = ({ authorizationEndpoint }: ProviderMetadata, url: URL): boolean =>
  url.href.startsWith(authorizationEndpoint.replace(/oauth2\/authorize$/, ''));

/** The request the master pool sent the browser on with, if it did. */
interface UpstreamRequest extends UpstreamClient {
  readonly callback: string;
  readonly scope: string;
}

function upstreamClient(
  metadata: ProviderMetadata,
  provider: string,
  hops: readonly Hop[],
): UpstreamRequest | undefined {
  const query = hops.find(({ url }) => !isOf(metadata, url) && url.searchParams.has('client_id'))
    ?.url.searchParams;
  if (query === undefined) return undefined;
  return {
    provider,
    clientId: query.get('client_id') ?? '',
    callback: query.get('redirect_uri') ?? '',
    scope: query.get('scope') ?? '',
  };
}

/**
 * Back at our callback without anybody having signed in: with an error, unless a session was
 * resumed.
 */
function judgeReturn(
  context: DoctorContext,
  name: string | undefined,
  upstream: UpstreamRequest | undefined,
  { searchParams }: URL,
): Finding | undefined {
  const error = searchParams.get('error');
  if (error === null) return undefined;
  const description = searchParams.get('error_description') ?? '';
  const code = recogniseAuthorizationError(error, description);
  const own = ownClient(context);
  if (code === 'authorization_scope_refused') return scopeNotAllowed(own, context.settings.scope);
  if (code === 'authorization_flow_refused') return codeFlowOff(own);
  if (code === 'identity_provider_refused' && upstream !== undefined) {
    if (description.includes('invalid_scope')) return scopeNotAllowed(upstream, upstream.scope);
    if (description.includes('unauthorized_client')) return codeFlowOff(upstream);
  }
  return authorizationRefused(name, quoteProvider(error, description));
}

/** Why the login option is not available, as far as the pool's own sign-in page tells. */
async function unavailable(
  context: DoctorContext,
  metadata: ProviderMetadata,
  name: string,
): Promise<Finding> {
  const page = (await beginSignIn(context, metadata, undefined)).at(-1)!;
  const offered = page.status === 200 ? providersOffered(page.body) : [];
  const otherCase = offered.find((each) => each.toLowerCase() === name.toLowerCase());
  if (otherCase !== undefined && otherCase !== name) {
    return providerNameCase(context, name, otherCase);
  }
  if (offered.includes(name)) {
    return finding(
      'provider_issuer_unreachable',
      `The user pool offers “${name}” but cannot begin a sign-in there: it cannot read the provider’s discovery document.`,
      'Open <issuer>/.well-known/openid-configuration of the provider, with the issuer as it is set at the user pool. It must answer over https on port 443.',
      {
        about: name,
        console:
          'Amazon Cognito › User pools › the master pool › Social and external providers › the provider › Issuer URL',
      },
    );
  }
  if (offered.length > 0) return providerNotEnabled(context, name);
  return {
    ...providerNotEnabled(context, name),
    code: 'login_option_unavailable',
    what: `The user pool says of “${name}” that this login option is not available: it is not switched on at the app client ${context.settings.clientId}, or the pool knows it by another name (upper and lower case count), or its issuer does not answer.`,
  };
}
