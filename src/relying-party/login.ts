import type { Request, Response } from 'express';
import * as client from 'openid-client';
import { RelyingPartyError } from '../errors.js';
import { localUrl } from '../web/local-url.js';
import { requestIdOf } from '../web/request-id.js';
import { sendPage } from '../web/send-page.js';
import { isPrefetch } from '../web/wants-page.js';
import type { RelyingPartyContext } from './context.js';
import type { IdentityProvider } from '../config/settings.js';

/**
 * `GET /login`: one identity provider, or one named, goes straight to the authorization endpoint; several get our own
 * sign-in page. Who is signed in already goes to the page they wanted.
 */
export async function login(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  refuseUnlessOpenedByAPerson(req);
  const returnTo = localUrl(req.query['return_to']);
  const named = namedProvider(context, req.query['provider']);
  if (named !== undefined) return sendToProvider(context, req, res, returnTo, named);
  if ((await context.currentSession(req, res)) !== undefined) return res.redirect(302, returnTo);

  const { identityProviders } = context;
  if (identityProviders.length > 1) return chooseProvider(context, req, res, returnTo);
  return sendToProvider(context, req, res, returnTo, identityProviders[0]);
}

/** A prefetch, an image or a background request must not begin a login: it would leave transactions nobody finishes. */
function refuseUnlessOpenedByAPerson(req: Request): void {
  if (isPrefetch(req) || (req.get('Sec-Fetch-Dest') ?? 'document') !== 'document') {
    throw new RelyingPartyError(
      'prefetch_refused',
      'login was requested other than by opening the page',
    );
  }
}

function namedProvider(context: RelyingPartyContext, name: unknown): IdentityProvider | undefined {
  if (name === undefined) return undefined;
  const found = context.identityProviders.find((provider) => provider.name === name);
  if (found === undefined) {
    throw new RelyingPartyError('provider_unknown', 'provider is not one of IDENTITY_PROVIDERS');
  }
  return found;
}

/** The authorization request: PKCE S256, nonce and state on every one (RFC 9700 section 2.1; OpenID Connect Core 3.1.2.1). */
async function sendToProvider(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
  returnTo: string,
  identityProvider: IdentityProvider | undefined,
): Promise<void> {
  const configuration = await context.provider.configuration();
  const { state, nonce, codeVerifier } = context.transactions.begin(req, res, returnTo);
  const hint = emailFrom(req);
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri(context),
    scope: context.scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(identityProvider && context.isUserPool && { identity_provider: identityProvider.name }),
    ...(hint !== undefined && { login_hint: hint }),
  });
  context.events.emit('login.started', {
    requestId: requestIdOf(res),
    identityProvider: identityProvider?.name,
  });
  res.set('Cache-Control', 'no-store').redirect(302, url.href);
}

/** The same at both ends, and never from the Host header. */
export function redirectUri({ baseUrl }: RelyingPartyContext): string {
  return `${baseUrl}/callback`;
}

async function chooseProvider(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
  returnTo: string,
): Promise<void> {
  const email = emailFrom(req);
  const picked = email === undefined ? undefined : providerForEmail(context, email);
  if (picked !== undefined) return continueToProvider(context, req, res, returnTo, picked, email);

  const { identityProviders } = context;
  const html = context.render('sign-in', {
    page: await context.pageContext(req, res, 'Sign in'),
    returnTo,
    providers: identityProviders.map((provider) => ({
      label: provider.label,
      href: loginUrl(returnTo, { provider: provider.name }),
    })),
    emailLookup: identityProviders.some(({ emailDomains }) => emailDomains.length > 0),
    unmatchedEmail: email,
  });
  sendPage(res, html);
}

/**
 * A page in between instead of a redirect: `form-action` would stop a form's redirects to origins we cannot know, the
 * provider's own; a Refresh header is not part of the form's navigation.
 */
async function continueToProvider(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
  returnTo: string,
  { name, label }: IdentityProvider,
  email: string | undefined,
): Promise<void> {
  const href = loginUrl(returnTo, { provider: name, ...(email !== undefined && { email }) });
  const page = await context.pageContext(req, res, `Continue to ${label}`);
  res.set('Refresh', `0; url=${href}`);
  sendPage(res, context.render('continue-to-provider', { page, label, href }));
}

function loginUrl(returnTo: string, parameters: Record<string, string>): string {
  return `/login?${new URLSearchParams({ ...parameters, return_to: returnTo }).toString()}`;
}

const EMAIL = /^[^\s@]+@([^\s@]+)$/;
const MAX_EMAIL_LENGTH = 254;

function emailFrom(req: Request): string | undefined {
  const email = req.query['email'];
  if (typeof email !== 'string') return undefined;
  const trimmed = email.trim();
  return trimmed === '' || trimmed.length > MAX_EMAIL_LENGTH ? undefined : trimmed;
}

function providerForEmail(
  { identityProviders }: RelyingPartyContext,
  email: string,
): IdentityProvider | undefined {
  const domain = EMAIL.exec(email)?.[1]?.toLowerCase();
  return identityProviders.find(({ emailDomains }) =>
    emailDomains.some((candidate) => candidate.toLowerCase() === domain),
  );
}
