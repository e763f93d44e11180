import { Router } from 'express';
import type { Logger } from 'pino';
import { errorCatalogue } from '../../errors/relying-party-error.js';
import { StoreProbeError } from '../../sessions/store-probe.js';
import { sendProblem } from '../../web/pages/problem.js';
import { requestIdOf } from '../../web/request/request-id.js';

export interface HealthOptions {
  /** Resolves when the session store does what a sign-in needs; it has its own time limit. */
  readonly ping: () => Promise<void>;
  /** Whether all replicas can open what the others seal; never rejects. */
  readonly checkSecrets: () => Promise<'ok' | 'mismatch'>;
  /** True once a stop has begun. */
  readonly isDraining: () => boolean;
  /** Is told when readiness changes. */
  readonly logger: Logger;
}

/**
 * `GET /healthz`: the process lives. `GET /readyz`: it may be sent requests, i.e. the session store
 * does what a sign-in needs and no stop has begun; if not, `part`, `step` and `reason` say what
 * fails. Neither ever asks the OpenID provider: with it down, existing sessions still work, and
 * taking every replica out of the balancer would make an outage of sign-in an outage of everything.
 * Nor is a replica taken out for other session secrets than the rest: `secrets` says so, and the
 * status stays 200.
 */
export function health({ ping, checkSecrets, isDraining, logger }: HealthOptions): Router {
  const router = Router();
  let known: string | undefined;

  const look = async (): Promise<NotReady | undefined> => {
    if (isDraining()) return draining;
    const { notReady, detail } = await lookAtStore(ping);
    const found = JSON.stringify(notReady?.extensions);
    if (found !== known) {
      known = found;
      if (notReady === undefined) logger.info('ready again');
      else logger.warn({ ...notReady.extensions, detail }, 'not ready');
    }
    return notReady;
  };

  router.get('/healthz', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ status: 'live' });
  });

  router.get('/readyz', async (_req, res) => {
    const notReady = await look();
    if (notReady === undefined) {
      const secrets = await checkSecrets();
      res.set('Cache-Control', 'no-store').json({ status: 'ready', secrets });
    } else {
      sendProblem(res, { ...notReady, status: 503, requestId: requestIdOf(res) });
    }
  });

  return router;
}

interface NotReady {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly extensions?: Readonly<Record<string, string>>;
}

const draining: NotReady = {
  code: 'draining',
  title: 'Stopping',
  detail: 'This process is about to stop and takes its last requests.',
};

/**
 * What anybody may know, and the `detail` that the log alone gets: a driver's words name hosts and
 * paths.
 */
async function lookAtStore(
  ping: () => Promise<void>,
): Promise<{ notReady?: NotReady; detail?: string }> {
  try {
    await ping();
    return {};
  } catch (error) {
    const code = 'session_store_unavailable';
    const { title, detail } = errorCatalogue[code];
    const { step, reason } =
      error instanceof StoreProbeError ? error : { step: 'answer', reason: 'unknown' };
    const extensions = { part: 'session_store', step, reason };
    const notReady = { code, title, detail, extensions };
    return { notReady, detail: error instanceof Error ? error.message : String(error) };
  }
}
