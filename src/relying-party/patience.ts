import { RelyingPartyError } from '../errors.js';
import { withinTimeLimit } from '../sessions/time-limit.js';

/** How long callers wait for the OP's endpoints: as long as a call takes, or shortly where one is known to hang. */
export interface Patience {
  /**
   * Waits for a call to an endpoint. After one that ran into its time limit, callers wait for `KNOWN_TO_HANG_MS` at most, until a
   * call is answered again. The calls themselves go on, so that this is noticed.
   *
   * @param endpoint its name, for the operator
   * @throws {RelyingPartyError} `provider_unavailable` when the wait is over before the call; else what the call throws
   */
  wait<T>(endpoint: string, call: Promise<T>): Promise<T>;
}

/** What a visitor waits for an endpoint that did not answer the one before them; their request takes a second at most. */
export const KNOWN_TO_HANG_MS = 750;

/** A circuit breaker for reads that may be shared: every call is tried, but nobody waits long for one that most likely hangs. */
export function createPatience(): Patience {
  const hanging = new Set<string>();

  const watch = async <T>(endpoint: string, call: Promise<T>): Promise<T> => {
    let isHanging = false;
    try {
      return await call;
    } catch (error) {
      isHanging = isTimeout(error);
      throw error;
    } finally {
      if (isHanging) hanging.add(endpoint);
      else hanging.delete(endpoint);
    }
  };

  return {
    async wait(endpoint, call) {
      const isHanging = hanging.has(endpoint);
      const watched = watch(endpoint, call);
      if (!isHanging) return watched;
      try {
        return await withinTimeLimit(watched, KNOWN_TO_HANG_MS);
      } catch (error) {
        throw isTimeout(error) ? hangs(endpoint, error) : error;
      }
    },
  };
}

const hangs = (endpoint: string, cause: unknown): RelyingPartyError =>
  new RelyingPartyError('provider_unavailable', `${endpoint}: no answer, nor to the call before`, {
    cause,
  });

const TIMEOUT_CODES: ReadonlySet<unknown> = new Set([
  'ETIMEDOUT',
  'OAUTH_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
]);

/** Whether a call failed because nothing came in time; libraries keep the reason in the cause. */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError' || ('code' in error && TIMEOUT_CODES.has(error.code))) {
    return true;
  }
  return isTimeout(error.cause);
}
