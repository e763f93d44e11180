import type { SetupInputs } from '../wanted/desired.js';
import type { Resource } from '../wanted/resources.js';

/** What must exist before this resource although it names it by a word alone, or not at all: a template has to say so. */
export function dependenciesOf(
  { id }: Resource,
  { upstream, withApi }: SetupInputs,
): readonly Resource['id'][] {
  // Cognito reads the endpoints from the second pool's discovery document, which has none before its domain.
  if (id === 'IdentityProvider') return upstream === undefined ? ['UpstreamDomain'] : [];
  const scopes = withApi ? (['ResourceServer'] as const) : [];
  if (id === 'SiteClient') return ['IdentityProvider', ...scopes];
  return id === 'MachineClient' ? scopes : [];
}
