import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../../errors.js';
import { openSessionStore } from '../../sessions/open-session-store.js';
import type { Settings } from '../../config/settings.js';
import { sealingSecrets } from '../../sessions/sealing-secrets.js';
import {
  createSecretFingerprints,
  type SecretFingerprints,
} from '../../sessions/secret-fingerprints.js';
import type { SessionStore } from '../../sessions/session-store.js';
import type { DoctorContext } from '../context.js';
import type { Check, Finding } from '../finding.js';
import { redisFindings } from '../redis.js';

/** The session store: there, and fit to keep sessions. */
export const store: Check<DoctorContext> = {
  name: 'store',
  title: 'Session store',
  async run({ settings, now }) {
    const { sessionStore } = settings;
    const kind = sessionStore.replace(/:.*$/s, ':');
    if (kind === 'memory:') return { findings: [inMemory], detail: kind };
    const path = kind === 'file:' ? pathOf(sessionStore) : undefined;
    // Opening a store that does not exist would make it, and it would belong to whoever runs doctor.
    if (path !== undefined && !existsSync(path)) return { findings: newFile(path), detail: 'new' };
    try {
      let isAgreed: boolean;
      const opened = await openSessionStore(sessionStore, { now });
      try {
        await opened.ping();
        isAgreed = (await fingerprintsOf(opened, settings, now).compare()) === 'ok';
      } finally {
        await opened.close();
      }
      const findings = path === undefined ? await redisFindings(sessionStore) : [];
      return { findings: isAgreed ? findings : [...findings, otherSecrets], detail: kind };
    } catch (error) {
      return { findings: [unreachable(reasonOf(error), path)], detail: kind };
    }
  },
};

function fingerprintsOf(
  opened: SessionStore,
  settings: Settings,
  now: () => number,
): SecretFingerprints {
  const owner = { ...settings, cookieNamespace: '' };
  const secrets = sealingSecrets(settings.sessionSecrets, owner);
  return createSecretFingerprints({ store: opened, secrets, owner, now });
}

const otherSecrets: Finding = {
  code: 'session_secret_mismatch',
  what: 'A replica that runs now with this session store has other values in SESSION_SECRET.',
  fix: {
    text: 'Give all replicas the same list. To change it, add the new secret at the end everywhere, and only then put it first.',
  },
};

const inMemory: Finding = {
  code: 'store_in_memory',
  what: 'SESSION_STORE is memory:.',
  fix: {
    text: 'Use a file on one machine, Redis for several.',
    change: { kind: 'environment', set: { SESSION_STORE: 'file:./data/sessions' } },
  },
};

function pathOf(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
}

/** Nothing is there yet: then the nearest folder that is must let us write. */
function newFile(path: string): Finding[] {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    if (!statSync(folder).isDirectory()) throw new Error('it is no folder');
    accessSync(folder, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    return [unreachable(`it is to be made in ${folder}, and ${reasonOf(error)}`, path)];
  }
}

const unreachable = (reason: string, path: string | undefined): Finding => ({
  code: 'store_unreachable',
  what: `The session store cannot be used: ${reason}.`,
  fix: {
    text:
      path === undefined
        ? 'Start Redis, or correct host, port, user and password in SESSION_STORE.'
        : `Let the user that runs the site write to ${path}, or set SESSION_STORE to another place.`,
  },
});

function reasonOf(error: unknown): string {
  if (error instanceof ConfigError) {
    return error.problems.map(({ option, problem }) => `${option} ${problem}`).join('; ');
  }
  if (!(error instanceof Error)) return 'unknown error';
  return error.cause instanceof Error ? error.cause.message : error.message;
}
