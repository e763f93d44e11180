import type { Request, Response } from 'express';
import type { IdentityProvider } from '../provider/identity-provider.js';
import type { Pages } from '../session/pages.js';
import type { LoginRequest } from './request.js';
import { loginUrl } from './return-to.js';

export interface ChooseProviderOptions {
  readonly basePath: string;
  readonly identityProviders: readonly IdentityProvider[];
  readonly pages: Pages;
}

/**
 * Our own sign-in page: a button per identity provider, and an e-mail field where providers have
 * domains.
 */
export async function chooseProvider(
  options: ChooseProviderOptions,
  req: Request,
  res: Response,
  request: LoginRequest,
): Promise<void> {
  const { identityProviders, pages } = options;
  const { email, returnTo, stepUp } = request;
  const picked = identityProviders.find(({ emailDomains }) => hasDomainOf(emailDomains, email));
  if (picked !== undefined) return continueToProvider(options, req, res, request, picked);

  pages.show(res, 'sign-in', {
    page: await pages.contextOf(req, res, 'Sign in'),
    returnTo,
    providers: identityProviders.map((provider) => ({
      label: provider.label,
      href: loginUrl(options, { returnTo, provider, stepUp }),
    })),
    emailLookup: identityProviders.some(({ emailDomains }) => emailDomains.length > 0),
    unmatchedEmail: email,
  });
}

/**
 * A page in between instead of a redirect: `form-action` would stop a form's redirects to origins
 * we cannot know, the provider's own; a Refresh header is not part of the form's navigation.
 */
async function continueToProvider(
  options: ChooseProviderOptions,
  req: Request,
  res: Response,
  request: LoginRequest,
  provider: IdentityProvider,
): Promise<void> {
  const href = loginUrl(options, { ...request, provider });
  const { label } = provider;
  const page = await options.pages.contextOf(req, res, `Continue to ${label}`);
  res.set('Refresh', `0; url=${href}`);
  options.pages.show(res, 'continue-to-provider', { page, label, href });
}

const EMAIL = /^[^\s@]+@([^\s@]+)$/;

/** @param domains in lower case, as the options must be */
function hasDomainOf(domains: readonly string[], email: string | undefined): boolean {
  const domain = EMAIL.exec(email ?? '')?.[1]?.toLowerCase();
  return domain !== undefined && domains.includes(domain);
}
