import type { Settings } from '../../config/options/settings.js';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import { clientRefused, noMethod } from '../clients/client-refused.js';
import { callbackOf, type DoctorContext, type ProviderMetadata } from '../context/context.js';
import {
  credentialsOf,
  exchangeBogusCode,
  type ClientAnswer,
} from '../visits/exchange-bogus-code.js';
import type { Check, Finding } from '../findings/finding.js';
import { networkReason } from '../../config/network-reason.js';

/** What the token endpoint says of the client secret. */
export const clientSecret: Check<DoctorContext> = {
  name: 'client-secret',
  title: 'Client secret',
  async run(context) {
    const { metadata, settings } = context;
    if (metadata === undefined) return { skipped: 'there is no token endpoint' };
    try {
      // While one replaces the other, either will do: the site takes the one that works.
      for (const secret of isEmpty(settings.clientSecrets) ? [null] : settings.clientSecrets) {
        const { status, error, isBlocked } = await tryExchange(context, metadata, secret);
        if (isBlocked) return { findings: [siteBlocked(metadata, status)] };
        // Without the error that a code nobody gave out must bring, nothing is known of the secret.
        if (status === 429 || status >= 500 || typeof error !== 'string') {
          return { findings: [unclearAnswer(metadata, `status ${status}`)] };
        }
        if (error !== 'invalid_client') return { findings: [], detail: shownBy(settings) };
      }
      return { findings: [await clientRefused(context, metadata)] };
    } catch (error) {
      if (isUnsupported(error)) return { findings: [noMethod(context, error)] };
      return { findings: [unclearAnswer(metadata, networkReason(error))] };
    }
  },
};

const isUnsupported = (error: unknown): error is RelyingPartyError =>
  error instanceof RelyingPartyError && error.code === 'client_authentication_unsupported';

const isEmpty = (list: readonly unknown[]): boolean => list.length === 0;

const shownBy = (settings: Settings): string | undefined =>
  settings.clientKey !== undefined ? 'key' : isEmpty(settings.clientSecrets) ? 'none' : undefined;

function tryExchange(
  context: DoctorContext,
  { tokenEndpoint, clientAuthentication: metadata }: ProviderMetadata,
  secret: string | null,
): Promise<ClientAnswer> {
  return exchangeBogusCode(context, {
    tokenEndpoint,
    redirectUri: callbackOf(context),
    credentials: credentialsOf(context.settings, secret),
    metadata,
  });
}

const siteBlocked = ({ tokenEndpoint }: ProviderMetadata, status: number): Finding => ({
  code: 'waf_blocks_site',
  what: `A firewall in front of ${new URL(tokenEndpoint).host} turns requests to the token endpoint away (status ${status}).`,
  fix: {
    text: 'Let the address of this machine through: a rule that allows it, before those that block.',
    console: 'AWS WAF › Web ACLs › the one with this user pool › Sampled requests',
  },
});

const unclearAnswer = ({ tokenEndpoint }: ProviderMetadata, reason: string): Finding => ({
  code: 'check_failed',
  about: 'client-secret',
  what: `The token endpoint ${tokenEndpoint} gives no clear answer about the client secret: ${reason}.`,
  fix: {
    text: `Run doctor again; if it stays, see that this machine reaches ${new URL(tokenEndpoint).host} (DNS, firewall, HTTPS_PROXY). The address is that of the discovery document of ISSUER.`,
  },
});
