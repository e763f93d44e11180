import { domainByAuthorizationEndpoint } from '../../../cognito/logout-url.js';
import type { FoundDomain, FoundPool } from './actual.js';
import type { CognitoApi } from './cognito-api.js';
import { SetupError } from '../failure.js';

const ATTEMPTS = 30;
const BETWEEN_MS = 4000;

/** A pool's issuer, which it has from its beginning, and its domain, if it has one. */
export interface Address {
  readonly issuer: string;
  readonly found: FoundDomain | undefined;
}

/**
 * Where a pool is. Its domain's address is read from discovery and not built: partitions, custom
 * domains and the embedded pools each write it in their own way. A domain made a moment ago takes
 * up to a minute to appear there.
 *
 * @throws {SetupError} when it does not
 */
export async function readAddress(
  { cognito, discover, wait }: CognitoApi,
  pool: FoundPool,
): Promise<Address> {
  const name = pool.CustomDomain ?? pool.Domain;
  if (name === undefined) {
    const { issuer } = await discover(pool.Id);
    return { issuer, found: undefined };
  }
  const { DomainDescription } = await cognito.describeUserPoolDomain({ Domain: name });
  const managedLoginVersion = DomainDescription?.ManagedLoginVersion ?? 1;

  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await wait(BETWEEN_MS, `until the domain ${name} appears in discovery`);
    const { issuer, authorization_endpoint: endpoint = '' } = await discover(pool.Id);
    const origin = domainByAuthorizationEndpoint(endpoint);
    if (origin !== undefined) return { issuer, found: { name, managedLoginVersion, origin } };
  }
  throw new SetupError(
    `The domain ${name} does not appear in the discovery document of ${pool.Id} yet: run this again in a minute.`,
  );
}
