import type { Request, Response } from 'express';
import type { IdentityProvider } from '../provider/identity-provider.js';
import { sendPage } from '../../web/pages/send-page.js';
import type { RelyingPartyContext } from '../context.js';
import { loginUrl, type LoginRequest } from './request.js';

/** Our own sign-in page: a button per identity provider, and an e-mail field where providers have domains. */
export async function chooseProvider(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
  request: LoginRequest,
): Promise<void> {
  const { identityProviders } = context;
  const { email, returnTo, stepUp } = request;
  const picked = identityProviders.find(({ emailDomains }) => hasDomainOf(emailDomains, email));
  if (picked !== undefined) return continueToProvider(context, req, res, request, picked);

  const html = context.render('sign-in', {
    page: await context.pageContext(req, res, 'Sign in'),
    returnTo,
    providers: identityProviders.map((provider) => ({
      label: provider.label,
      href: loginUrl(context, { returnTo, provider, stepUp }),
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
  request: LoginRequest,
  provider: IdentityProvider,
): Promise<void> {
  const href = loginUrl(context, { ...request, provider });
  const { label } = provider;
  const page = await context.pageContext(req, res, `Continue to ${label}`);
  res.set('Refresh', `0; url=${href}`);
  sendPage(res, context.render('continue-to-provider', { page, label, href }));
}

const EMAIL = /^[^\s@]+@([^\s@]+)$/;

/** @param domains in lower case, as the options must be */
function hasDomainOf(domains: readonly string[], email: string | undefined): boolean {
  const domain = EMAIL.exec(email ?? '')?.[1]?.toLowerCase();
  return domain !== undefined && domains.includes(domain);
}
