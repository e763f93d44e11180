import { namespaceOf } from '../../../relying-party/options/values.js';
import { openSessionStore } from '../../../sessions/stores/open-session-store.js';
import { sealingSecrets } from '../../../sessions/sealing/sealing-secrets.js';
import {
  createSecretFingerprints,
  type SecretFingerprints,
} from '../../../sessions/replicas/secret-fingerprints.js';
import type { SessionStore } from '../../../sessions/session-store.js';
import { proveStore } from '../../../sessions/store-probe.js';
import type { Check, DoctorContext } from '../context/context.js';
import { type CheckResult, type Finding, finding } from '../findings/finding.js';
import { redis } from '../stores/redis.js';
import { sqlite } from '../stores/sqlite.js';
import { storeFinding, wordsOf } from '../stores/store-findings.js';
import type { StoreKind, TryingPlace } from '../stores/store-kind.js';

/** The session store: it does what the site does with it, and is fit to keep sessions. */
export const store: Check = {
  name: 'store',
  title: 'Session store',
  async run(context) {
    const { sessionStore: url } = context.settings;
    const name = url.replace(/:.*$/s, ':');
    const kind = kindOf(url);
    let place: TryingPlace | Finding | undefined;
    try {
      place = (await kind.choosePlace?.(url)) ?? { url };
      if ('code' in place) return { findings: [place], detail: name };
      return await examine(place, name, kind, context);
    } catch (error) {
      const trouble = { error, words: wordsOf(error) };
      // What keeps the store from working may keep it from being explained, too.
      const explained = await kind.explain?.(url, trouble).catch(() => undefined);
      return { findings: [explained ?? storeFinding(trouble)], detail: name };
    } finally {
      if (place !== undefined && 'url' in place) place.done?.();
    }
  },
};

function kindOf(url: string): StoreKind {
  if (url === 'memory:') return memory;
  if (url.startsWith('file:')) return sqlite;
  return /^rediss?[+:]/.test(url) ? redis : {};
}

async function examine(
  { url, note }: TryingPlace,
  name: string,
  kind: StoreKind,
  context: DoctorContext,
): Promise<CheckResult> {
  const { now } = context;
  let isAgreed: boolean;
  const opened = await openSessionStore(url, { now });
  try {
    await proveStore(opened, { now });
    isAgreed = (await fingerprintsOf(opened, context).compare()) === 'ok';
  } finally {
    await opened.close();
  }
  const further = await kind.lookFurther?.(url);
  const notes = [name, note, further?.note].filter((each) => each !== undefined);
  return {
    findings: [...(further?.findings ?? []), ...(isAgreed ? [] : [otherSecrets])],
    detail: notes.join(', '),
  };
}

function fingerprintsOf(
  opened: SessionStore,
  { settings, now }: DoctorContext,
): SecretFingerprints {
  const { cookieNamespace = namespaceOf(settings.basePath) } = settings;
  const owner = { ...settings, cookieNamespace };
  const secrets = sealingSecrets(settings.sessionSecrets, owner);
  return createSecretFingerprints({ store: opened, secrets, owner, now });
}

const otherSecrets: Finding = finding(
  'session_secret_mismatch',
  'A replica that runs now with this session store has other values in SESSION_SECRET.',
  'Give all replicas the same list. To change it, add the new secret at the end everywhere, and only then put it first.',
);

/** Nothing is wrong with it, and nothing outlives the process. */
const memory: StoreKind = { lookFurther: async () => ({ findings: [inMemory] }) };

const inMemory: Finding = finding(
  'store_in_memory',
  'SESSION_STORE is memory:.',
  'Use a file on one machine, Redis for several.',
  { set: { SESSION_STORE: 'file:./data/sessions' } },
);
