import type { SetupInputs } from './inputs.js';
import { clientIdOf, clientSecretOf, domainOf, issuerOf, type Text } from './resources.js';

/** A variable of `.env`. */
export interface Variable {
  readonly name: string;
  readonly value: Text | SignOutOf;
  readonly isSecret: boolean;
  /** A list of words: others may stand beside ours. */
  readonly joinedBy?: ' ' | ',';
}

/** `IDENTITY_PROVIDERS`: one provider, and how to sign out there. */
export interface SignOutOf {
  readonly provider: string;
  readonly label: string | undefined;
  /** In the words of `signOut`. */
  readonly signOut: Readonly<Record<string, Text>>;
}

/** What people can make more of than of the name of a pool. */
export const DEFAULT_LABEL = 'Company account';

/** What `.env` must say, once everything exists. */
export function variablesFor(inputs: SetupInputs, scopes: readonly string[]): Variable[] {
  const open = (name: string, value: Variable['value']): Variable => ({
    name,
    value,
    isSecret: false,
  });
  const provider: SignOutOf = {
    provider: inputs.upstreamName,
    label: inputs.label,
    signOut: signOut(inputs),
  };
  return [
    open('BASE_URL', inputs.baseUrl),
    ...(inputs.basePath === '' ? [] : [open('BASE_PATH', inputs.basePath)]),
    open('ISSUER', issuerOf('MasterPool')),
    open('CLIENT_ID', clientIdOf('SiteClient')),
    { name: 'CLIENT_SECRET', value: clientSecretOf('SiteClient'), isSecret: true },
    open('IDENTITY_PROVIDERS', provider),
    ...(inputs.withApi
      ? [
          { ...open('SCOPE', scopes.join(' ')), joinedBy: ' ' as const },
          { ...open('API_CLIENT_IDS', clientIdOf('MachineClient')), joinedBy: ',' as const },
        ]
      : []),
  ];
}

function signOut({ upstream, upstreamName, label }: SetupInputs): SignOutOf['signOut'] {
  if (upstream === undefined) {
    return {
      kind: 'cognito',
      domain: domainOf('UpstreamPool'),
      clientId: clientIdOf('UpstreamClient'),
    };
  }
  const { endSessionEndpoint, clientId, poolDomain } = upstream;
  if (poolDomain !== undefined) return { kind: 'cognito', domain: poolDomain, clientId };
  return endSessionEndpoint === undefined
    ? {
        kind: 'none',
        advice: `You may still be signed in at ${label ?? upstreamName}: sign out there too.`,
      }
    : { kind: 'oidc', endSessionEndpoint, clientId };
}

/**
 * The value of `IDENTITY_PROVIDERS` in a template.
 *
 * @param write a text in the words of the template
 */
export function providersJson(
  { provider, label = DEFAULT_LABEL, signOut: hop }: SignOutOf,
  write: (text: Text) => string,
): string {
  const written = Object.entries(hop).map(([key, text]) => [key, write(text)]);
  return JSON.stringify([
    { name: write(provider), label: write(label), signOut: Object.fromEntries(written) },
  ]);
}
