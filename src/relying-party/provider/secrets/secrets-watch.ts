import type { EventEmitter } from 'node:events';
import type { ClientSecretUse } from '../../../sessions/replicas/client-secret-use.js';
import type {
  SecretFingerprints,
  SecretsAgreement,
} from '../../../sessions/replicas/secret-fingerprints.js';
import type { BackgroundWork } from '../../background-work.js';
import type { ClientSecrets } from './client-secrets.js';
import type { RelyingPartyEvents } from '../../events.js';

/**
 * Looks now and then whether all replicas have session secrets that fit, and which secret of the
 * client each uses.
 */
export interface SecretsWatch {
  /** What is known; looks at once, and from the first time on by itself. Never rejects. */
  readonly check: () => Promise<SecretsAgreement>;
  /** Tells the other replicas that this one ends. Never rejects. */
  end(): Promise<void>;
}

export interface SecretsWatchOptions {
  readonly fingerprints: SecretFingerprints;
  /** `null` for a client without any. */
  readonly clientSecrets: ClientSecrets | null;
  readonly clientSecretUse: ClientSecretUse;
  readonly background: BackgroundWork;
  readonly events: EventEmitter<RelyingPartyEvents>;
}

const EVERY_MS = 15_000;

export function createSecretsWatch(options: SecretsWatchOptions): SecretsWatch {
  const { fingerprints, clientSecrets, clientSecretUse, background, events } = options;
  let known: SecretsAgreement = 'ok';
  let isWatching = false;

  const tellClientSecret = async (): Promise<void> => {
    if (clientSecrets === null) return;
    await clientSecrets.readAgain();
    await clientSecretUse.tell(clientSecrets.inUse());
  };

  const look = async (): Promise<SecretsAgreement> => {
    // With the store down nothing is known that was not before.
    const [found] = await Promise.all([
      fingerprints.announce().catch(() => known),
      tellClientSecret().catch(() => undefined),
    ]);
    if (found === 'mismatch' && known === 'ok') events.emit('secrets.mismatch', {});
    known = found;
    return found;
  };

  const watch = async (): Promise<void> => {
    while (await background.pause(EVERY_MS)) await look();
  };

  return {
    check() {
      if (!isWatching) void background.own(watch());
      isWatching = true;
      return look();
    },
    async end() {
      await Promise.allSettled([fingerprints.withdraw(), clientSecretUse.withdraw()]);
    },
  };
}
