import type { Request } from 'express';
import type { StepUp } from './step-up.js';

/** What one part of a relying party has found out about a request, for another part that answers it. */
export interface RequestNotes {
  /** The OP has just ended the session that the request came with. */
  sessionEnded?: boolean;
  /** See `LostSessions`. */
  sessionLost?: boolean;
  /** Where the sign-in was to lead that the request belongs to. */
  returnTo?: string | undefined;
  /** What that sign-in must be like. */
  stepUp?: StepUp;
}

/**
 * Each relying party has its own: an app may have several, and what one knows of its session is nothing to another's page.
 * `res.locals` belongs to all of them, and to the host.
 */
export function createRequestNotes(): (req: Request) => RequestNotes {
  const all = new WeakMap<Request, RequestNotes>();
  return (req) => {
    const notes = all.get(req) ?? {};
    all.set(req, notes);
    return notes;
  };
}
