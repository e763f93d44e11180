import { regionOf } from '../../../cognito/user-pool.js';
import { type AppClient, nameOf } from '../context/app-client.js';
import { type UserPool, ifAllowed, type UserPools } from '../context/user-pools.js';
import { type Finding, finding } from '../findings/finding.js';

export const withoutStyle = (client: AppClient): Finding =>
  finding(
    client.provider === undefined ? 'pages_without_branding' : 'upstream_pages_without_branding',
    `The domain uses managed login, and ${nameOf(client)} has no branding style.`,
    'Make a style for that client, or set the domain to the classic hosted UI.',
    {
      about: client.provider,
      console: 'Amazon Cognito › User pools › the pool › Managed login › Create a style',
    },
  );

/**
 * Whether the pages of its domain are managed login's; `false` also where that may not be asked.
 */
export async function usesManagedLogin(
  userPools: UserPools,
  { Id, Domain, CustomDomain = Domain }: UserPool,
): Promise<boolean> {
  if (CustomDomain === undefined) return false;
  const domain = await ifAllowed(() => userPools.domain(CustomDomain, regionOf(Id)));
  return domain?.ManagedLoginVersion === 2;
}

/** Whether managed login would show this client no page. */
export async function styleFinding(
  userPools: UserPools,
  client: AppClient,
): Promise<Finding | undefined> {
  const { userPoolId = '', clientId } = client;
  const hasStyle = await ifAllowed(() => userPools.hasStyle(userPoolId, clientId));
  return hasStyle === false ? withoutStyle(client) : undefined;
}
