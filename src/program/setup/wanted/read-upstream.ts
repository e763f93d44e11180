import { domainByAuthorizationEndpoint } from '../../../cognito/logout-url.js';
import { isUserPool } from '../../../cognito/user-pool.js';
import { NoSmallFileError, readSmallFile } from '../../config/read-small-file.js';
import { secureUrl } from '../../config/options/values.js';
import { networkReason } from '../../config/network-reason.js';
import type { UpstreamOptions } from './check-inputs.js';
import type { ExistingUpstream } from './inputs.js';
import { discoveryAddress } from '../../../tokens/provider-metadata.js';
import { codeOf, nameOf, SetupError } from '../failure.js';

/**
 * An OpenID provider as its discovery document describes it, with our client's secret.
 *
 * @throws {SetupError} when the file or the document cannot be read, or is another issuer's (OpenID
 *   Connect Discovery 4.3)
 */
export async function readUpstream(
  { issuer, clientId, clientSecretFile }: UpstreamOptions,
  fetch: typeof globalThis.fetch,
): Promise<ExistingUpstream> {
  const clientSecret = readSecret(clientSecretFile);
  const url = discoveryAddress(issuer);
  const document = await readDocument(url, fetch);
  if (document['issuer'] !== issuer) {
    throw new SetupError(
      `--upstream-issuer: the document at ${url} is of the issuer ${String(document['issuer'])}, and Cognito compares letter by letter: write that.`,
    );
  }
  const endSessionEndpoint = secureUrl.safeParse(document['end_session_endpoint']).data;
  const poolDomain = isUserPool(issuer) ? poolDomainIn(document, issuer) : undefined;
  return { issuer, clientId, clientSecret, endSessionEndpoint, poolDomain };
}

/** @throws {SetupError} for a pool that has none: nobody can sign in there */
function poolDomainIn(document: Record<string, unknown>, issuer: string): string {
  const domain = domainByAuthorizationEndpoint(String(document['authorization_endpoint']));
  if (domain !== undefined) return domain;
  throw new SetupError(
    `--upstream-issuer: the user pool ${issuer} has no domain, so nobody can sign in there: give it one.`,
  );
}

function readSecret(path: string): string {
  let text: string;
  try {
    text = readSmallFile(path).toString('utf8');
  } catch (cause) {
    const isOurs = cause instanceof NoSmallFileError;
    const reason = isOurs ? `it ${cause.message}` : codeOf(cause) || nameOf(cause);
    throw new SetupError(`--upstream-client-secret-file: ${path} cannot be read (${reason}).`, {
      cause,
    });
  }
  const secret = text.trim();
  if (secret !== '' && !/\s/.test(secret)) return secret;
  throw new SetupError(`--upstream-client-secret-file: ${path} does not hold one secret alone.`);
}

async function readDocument(
  url: string,
  fetch: typeof globalThis.fetch,
): Promise<Record<string, unknown>> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const document: unknown = answer.ok ? await answer.json() : undefined;
    if (typeof document === 'object' && document !== null) return { ...document };
    throw new SetupError(`--upstream-issuer: ${url} is no discovery document (${answer.status}).`);
  } catch (cause) {
    if (cause instanceof SetupError) throw cause;
    throw new SetupError(`--upstream-issuer: ${url} cannot be read (${networkReason(cause)}).`, {
      cause,
    });
  }
}
