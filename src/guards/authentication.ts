import type { Session } from '../sessions/session.js';

/** Who is calling, and by which means. A handler need not care which; `via` says if it must. */
export interface Authentication {
  readonly via: 'session' | 'bearer';
  readonly issuer: string;
  readonly subject: string;
  readonly username: string | undefined;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  /** The session, when the caller came with one. */
  readonly session: Session | undefined;
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by the guards; `undefined` on routes without one. */
    auth?: Authentication;
  }
}
