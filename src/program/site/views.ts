import type { Moment } from '../../web/pages/moment.js';
import type { PageContext } from '../../web/pages/page-context.js';

/** The demonstration site's pages and what each is given; `views/<name>.eta` has the markup. */
export interface SiteViews {
  home: { page: PageContext; baseUrl: string; ordersScope: string; adminGroup: string };
  /** Claims and times, never a token. */
  profile: {
    page: PageContext;
    displayName: string;
    name: string | undefined;
    email: string | undefined;
    unverifiedEmail: string | undefined;
    /** Unless it is the `sub`, which says nothing to a person. */
    username: string | undefined;
    groups: readonly string[];
    /** What to call the provider the user came through. */
    identityProvider: string;
    signedInAt: Moment;
    accessTokenExpiresAt: Moment;
    /** At the latest: an unused session ends earlier. */
    sessionEndsAt: Moment;
  };
}
