import type { Moment } from '../web/pages/moment.js';
import type { PageContext } from '../web/pages/page-context.js';

/** One step of a sign-out as the user is told about it. */
export interface SignOutStepView {
  /** In the user's words: "This site", "Your tokens", "Corporate ID". */
  readonly label: string;
  readonly outcome: 'done' | 'failed' | 'unfinished' | 'not-possible';
  /** A place the browser was sent to. */
  readonly isVisit: boolean;
  /**
   * It brought back what it was sent with. Cognito gives nothing back: then `done` says that it was
   * sent there, and no more.
   */
  readonly cameBack: boolean;
  /** What to do when it is not done, else `undefined`. */
  readonly advice: string | undefined;
}

/** The relying party's own pages and what each is given; `views/<name>.eta` has the markup. */
export interface RelyingPartyViews {
  /**
   * Own sign-in page: a button per identity provider; with `emailLookup` also a GET form to /login
   * (email, return_to).
   */
  'sign-in': {
    page: PageContext;
    returnTo: string;
    providers: readonly { label: string; href: string }[];
    emailLookup: boolean;
    /** What the user typed when no provider has its domain, to be shown again with a hint. */
    unmatchedEmail: string | undefined;
  };
  /**
   * After the e-mail picked a provider: names it and links on (a Refresh header takes the browser
   * there by itself).
   */
  'continue-to-provider': { page: PageContext; label: string; href: string };
  /**
   * Asks before signing out; the button POSTs to /logout. `steps` are the places it will sign out
   * of: what is left.
   */
  logout: {
    page: PageContext;
    displayName: string | undefined;
    /** Whether we know who is signed in; if not, `displayName` being absent says nothing. */
    isKnown: boolean;
    steps: readonly string[];
  };
  /**
   * Between the sign-out button and the first pool: names it and links on (a Refresh header takes
   * the browser there).
   */
  'continue-signing-out': { page: PageContext; label: string; href: string };
  'signed-out': {
    page: PageContext;
    steps: readonly SignOutStepView[];
    isComplete: boolean;
    /**
     * Where to POST to visit the same places again; absent while there is something to finish, or
     * nothing in doubt.
     */
    visitAgainHref: string | undefined;
  };
  /**
   * Where the account is signed in: end one (POST /sessions/<handle>/end), end all others (POST
   * /sessions/end-others).
   */
  sessions: {
    page: PageContext;
    sessions: readonly {
      handle: string;
      device: string;
      isCurrent: boolean;
      /** It was ended, and our storage has not let us delete it yet. */
      isEnding: boolean;
      since: Moment;
      lastSeen: Moment;
    }[];
  };
  error: {
    page: PageContext;
    code: string;
    title: string;
    detail: string;
    requestId: string;
    next: { label: string; href: string };
  };
}
