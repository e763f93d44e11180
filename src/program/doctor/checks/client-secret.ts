import type { Settings } from '../../config/options/settings.js';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import { clientRefused, noMethod } from '../clients/client-refused.js';
import { callbackOf, type Check } from '../context/context.js';
import { credentialsOf, exchangeBogusCode } from '../visits/exchange-bogus-code.js';
import { type Finding, finding } from '../findings/finding.js';
import { networkReason } from '../../config/network-reason.js';

/** What the token endpoint says of the client secret. */
export const clientSecret: Check = {
  name: 'client-secret',
  title: 'Client secret',
  async run(context) {
    const { metadata, settings } = context;
    if (metadata === undefined) return { skipped: 'there is no token endpoint' };
    const { tokenEndpoint } = metadata;
    const { clientSecrets } = settings;
    try {
      // While one replaces the other, either will do: the site takes the one that works.
      for (const secret of clientSecrets.length === 0 ? [null] : clientSecrets) {
        const { status, error, isBlocked } = await exchangeBogusCode(context, {
          tokenEndpoint,
          redirectUri: callbackOf(context),
          credentials: credentialsOf(settings, secret),
          metadata: metadata.clientAuthentication,
        });
        if (isBlocked) return { findings: [siteBlocked(tokenEndpoint, status)] };
        // Without the error that a code nobody gave out must bring, nothing is known of the secret.
        if (status === 429 || status >= 500 || typeof error !== 'string') {
          return { findings: [unclearAnswer(tokenEndpoint, `status ${status}`)] };
        }
        if (error !== 'invalid_client') return { findings: [], detail: shownBy(settings) };
      }
      return { findings: [await clientRefused(context, metadata)] };
    } catch (error) {
      return {
        findings: [
          isUnsupported(error)
            ? noMethod(context, error)
            : unclearAnswer(tokenEndpoint, networkReason(error)),
        ],
      };
    }
  },
};

const isUnsupported = (error: unknown): error is RelyingPartyError =>
  error instanceof RelyingPartyError && error.code === 'client_authentication_unsupported';

const shownBy = ({ clientKey, clientSecrets }: Settings): string | undefined =>
  clientKey !== undefined ? 'key' : clientSecrets.length === 0 ? 'none' : undefined;

const siteBlocked = (tokenEndpoint: string, status: number): Finding =>
  finding(
    'waf_blocks_site',
    `A firewall in front of ${new URL(tokenEndpoint).host} turns requests to the token endpoint away (status ${status}).`,
    'Let the address of this machine through: a rule that allows it, before those that block.',
    { console: 'AWS WAF › Web ACLs › the one with this user pool › Sampled requests' },
  );

const unclearAnswer = (tokenEndpoint: string, reason: string): Finding =>
  finding(
    'check_failed',
    `The token endpoint ${tokenEndpoint} gives no clear answer about the client secret: ${reason}.`,
    `Run doctor again; if it stays, see that this machine reaches ${new URL(tokenEndpoint).host} (DNS, firewall, HTTPS_PROXY). The address is that of the discovery document of ISSUER.`,
    { about: 'client-secret' },
  );
