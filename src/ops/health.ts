import { Router } from 'express';
import { errorCatalogue } from '../errors.js';
import { sendProblem } from '../web/problem.js';
import { requestIdOf } from '../web/request-id.js';

export interface HealthOptions {
  /** Resolves when the session store answers; it has its own time limit. */
  readonly ping: () => Promise<void>;
  /** True once a stop has begun. */
  readonly isDraining: () => boolean;
}

/**
 * `GET /healthz`: the process lives. `GET /readyz`: it may be sent requests, i.e. the session store answers and no stop
 * has begun. Neither ever asks the OpenID provider: with it down, existing sessions still work, and taking every
 * replica out of the balancer would make an outage of sign-in an outage of everything.
 */
export function health({ ping, isDraining }: HealthOptions): Router {
  const router = Router();

  router.get('/healthz', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ status: 'live' });
  });

  router.get('/readyz', async (_req, res) => {
    const notReady = isDraining() ? draining : await storeProblem(ping);
    if (notReady === undefined) {
      res.set('Cache-Control', 'no-store').json({ status: 'ready' });
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
}

const draining: NotReady = {
  code: 'draining',
  title: 'Stopping',
  detail: 'This process is about to stop and takes its last requests.',
};

async function storeProblem(ping: () => Promise<void>): Promise<NotReady | undefined> {
  try {
    await ping();
    return undefined;
  } catch {
    const { title, detail } = errorCatalogue.session_store_unavailable;
    return { code: 'session_store_unavailable', title, detail };
  }
}
