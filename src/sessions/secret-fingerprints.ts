import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { SealOwner } from './sealing-secrets.js';
import type { SessionStore } from './session-store.js';

/** Whether every replica can open what the others seal. */
export type SecretsAgreement = 'ok' | 'mismatch';

/**
 * What the replicas of a relying party tell each other of their secrets: in the session store, each under a key of its own that
 * it renews, a fingerprint of every secret it has. A replica with other secrets is noticed before its users are signed out at
 * random.
 */
export interface SecretFingerprints {
  /** Tells the others of this replica, and compares. @throws when the store does not answer */
  announce(): Promise<SecretsAgreement>;
  /** Compares these secrets with what replicas tell, and tells them nothing. @throws when the store does not answer */
  compare(): Promise<SecretsAgreement>;
  /** This replica ends, and with it what it has told. @throws when the store does not answer */
  withdraw(): Promise<void>;
}

export interface SecretFingerprintsOptions {
  readonly store: SessionStore;
  /** As they come from `sealingSecrets`, newest first. */
  readonly secrets: readonly string[];
  readonly owner: SealOwner;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A replica that was killed is believed for so long. */
const LIFETIME_MS = 60_000;
const FINGERPRINT_BYTES = 16;
const KEY_BYTES = 32;
/** Not empty: some databases read an empty value as none. */
const NOTHING = Uint8Array.of(0);

export function createSecretFingerprints(options: SecretFingerprintsOptions): SecretFingerprints {
  const { store, now } = options;
  const mine = options.secrets.map(fingerprintOf);
  const index = indexOf(options.owner);
  let key: string | undefined;

  const tell = async (): Promise<void> => {
    const record = { session: Buffer.from(JSON.stringify(mine)), expiresAt: now() + LIFETIME_MS };
    if (key !== undefined && (await store.update(key, record))) return;
    key = randomBytes(KEY_BYTES).toString('base64url');
    await store.create(key, { ...record, tokens: NOTHING, indexes: [index] });
  };

  const compare = async (): Promise<SecretsAgreement> => {
    const keys = (await store.find(index)).filter((each) => each !== key);
    // A host's own store may throw where it should reject; then no other read may be left that nobody waits for.
    const records = await Promise.all(keys.map(async (each) => store.read(each)));
    const theirs = records.flatMap((record) => (record ? [listIn(record.session)] : []));
    return theirs.every((list) => agree(mine, list)) ? 'ok' : 'mismatch';
  };

  return {
    compare,
    async announce() {
      await tell();
      return compare();
    },
    async withdraw() {
      if (key !== undefined) await store.destroy(key);
    },
  };
}

/** What one seals the other opens: the newest of each is known to the other, in whichever place. */
function agree(mine: readonly string[], theirs: readonly string[]): boolean {
  return mine.includes(theirs[0] ?? '') && theirs.includes(mine[0] ?? '');
}

/** For a purpose of its own, so that it opens nothing and tells nothing of a secret that cannot be guessed anyway. */
function fingerprintOf(secret: string): string {
  const bytes = hkdfSync('sha256', secret, 'lifeguard', 'secret fingerprint', FINGERPRINT_BYTES);
  return Buffer.from(bytes).toString('base64url');
}

function indexOf({ issuer, clientId, cookieNamespace }: SealOwner): string {
  const name = JSON.stringify([issuer, clientId, cookieNamespace]);
  return `secrets:${createHash('sha256').update(name).digest('base64url')}`;
}

/** What lies under our index is ours, but may be of another version. */
function listIn(record: Uint8Array): readonly string[] {
  try {
    const list = JSON.parse(Buffer.from(record).toString()) as unknown;
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
