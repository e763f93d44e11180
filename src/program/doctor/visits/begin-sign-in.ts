import { createHash, randomBytes } from 'node:crypto';
import { isUserPool } from '../../../cognito/user-pool.js';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import { callbackOf, type DoctorContext, type ProviderMetadata } from '../context/context.js';
import { askAsClient, type ClientAnswer, credentialsOf } from './exchange-bogus-code.js';
import { type Hop, UnansweredError, visit } from './visit.js';

/** The request was pushed, and the provider did not take it. */
export class PushRefusedError extends Error {
  override readonly name = 'PushRefusedError';
  /** `undefined` where the client itself was not let in. */
  readonly answer: ClientAnswer | undefined;

  constructor(answer: ClientAnswer | undefined) {
    super('the pushed authorization request is refused');
    this.answer = answer;
  }
}

/**
 * Begins a sign-in as `/login` does, and goes as far as a browser without a user gets. What is
 * pushed for it expires by itself.
 *
 * @param name the identity provider to begin it at, of a user pool
 * @throws {UnansweredError}
 * @throws {PushRefusedError}
 */
export async function beginSignIn(
  context: DoctorContext,
  metadata: ProviderMetadata,
  name: string | undefined,
): Promise<Hop[]> {
  const { settings, fetch } = context;
  const random = (): string => randomBytes(32).toString('base64url');
  const whole = {
    client_id: settings.clientId,
    response_type: 'code',
    redirect_uri: callbackOf(context),
    scope: settings.scope,
    state: random(),
    nonce: random(),
    code_challenge: createHash('sha256').update(random()).digest('base64url'),
    code_challenge_method: 'S256',
    ...(name !== undefined && isUserPool(settings.issuer) && { identity_provider: name }),
  };
  const { pushEndpoint } = metadata;
  const isPushed = metadata.requiresPushedRequests || settings.pushedAuthorizationRequests;
  const parameters =
    isPushed && pushEndpoint !== undefined
      ? await push(context, metadata, new URL(pushEndpoint), whole)
      : whole;
  const url = new URL(metadata.authorizationEndpoint);
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
  const callback = new URL(callbackOf(context));
  const stopAt = (each: URL): boolean =>
    each.origin === callback.origin && each.pathname === callback.pathname;
  return visit(url, { fetch, stopAt });
}

/**
 * What the browser carries then; the first secret that the provider takes will do (RFC 9126,
 * section 2).
 */
async function push(
  context: DoctorContext,
  { clientAuthentication: metadata }: ProviderMetadata,
  endpoint: URL,
  parameters: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const { settings } = context;
  const secrets = settings.clientSecrets.length === 0 ? [null] : settings.clientSecrets;
  for (const secret of secrets) {
    const answer = await askAsClient(context, {
      endpoint: endpoint.href,
      form: new URLSearchParams(parameters),
      credentials: credentialsOf(settings, secret),
      metadata,
    }).catch((error: unknown) => {
      if (error instanceof RelyingPartyError) throw new PushRefusedError(undefined);
      throw new UnansweredError(endpoint, error);
    });
    const { request_uri: reference } = answer.members;
    if (answer.status === 201 && typeof reference === 'string') {
      return { client_id: settings.clientId, request_uri: reference };
    }
    if (answer.error !== 'invalid_client') throw new PushRefusedError(answer);
  }
  throw new PushRefusedError(undefined);
}
