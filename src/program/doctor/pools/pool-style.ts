import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import { regionOf } from '../../../cognito/user-pool.js';
import type { Finding } from '../findings/finding.js';
import { ifAllowed, type UserPools } from '../context/user-pools.js';

export const withoutStyle = (
  code: 'pages_without_branding' | 'upstream_pages_without_branding',
  client: string,
): Finding => ({
  code,
  what: `The domain uses managed login, and ${client} has no branding style.`,
  fix: {
    text: 'Make a style for that client, or set the domain to the classic hosted UI.',
    console: 'Amazon Cognito › User pools › the pool › Managed login › Create a style',
  },
});

/** Whether the pages of a domain are managed login's; `undefined` where that may not be asked. */
export async function usesManagedLogin(
  userPools: UserPools,
  userPoolId: string,
  { Domain, CustomDomain }: Pick<UserPoolType, 'Domain' | 'CustomDomain'>,
): Promise<boolean | undefined> {
  const name = CustomDomain ?? Domain;
  if (name === undefined) return undefined;
  const domain = await ifAllowed(() => userPools.domain(name, regionOf(userPoolId)));
  return domain && domain.ManagedLoginVersion === 2;
}

/** Whether managed login would show this client no page. */
export async function lacksStyle(
  userPools: UserPools,
  userPoolId: string,
  clientId: string,
): Promise<boolean> {
  return (await ifAllowed(() => userPools.hasStyle(userPoolId, clientId))) === false;
}
