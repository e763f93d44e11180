import type { PageContext } from '../web/page-context.js';

/** A point in time as a person reads it. */
export interface Moment {
  /** Relative to now: "in 43 minutes", "2 hours ago". */
  readonly words: string;
  /** "25 November 2026 at 19:04:11 UTC" */
  readonly utc: string;
  /** For the `datetime` attribute. */
  readonly iso: string;
}

/** The demonstration site's pages and what each is given; `views/<name>.eta` has the markup. */
export interface SiteViews {
  home: { page: PageContext; baseUrl: string; ordersScope: string; adminGroup: string };
  /** Claims and times, never a token. */
  profile: {
    page: PageContext;
    displayName: string;
    name: string | undefined;
    email: string | undefined;
    username: string;
    groups: readonly string[];
    /** What to call the provider the user came through; `undefined` for the master pool's own users. */
    identityProvider: string | undefined;
    signedInAt: Moment;
    accessTokenExpiresAt: Moment;
    /** At the latest: an unused session ends earlier. */
    sessionEndsAt: Moment;
  };
}
