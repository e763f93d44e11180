/**
 * What the layout of every page needs: who is signed in decides the header, an unfinished sign-out
 * shows a banner.
 */
export interface PageContext {
  readonly title: string;
  /**
   * Where the relying party's routes are mounted; empty at the root. Links to them begin with it.
   */
  readonly basePath: string;
  /** Where the way home leads. */
  readonly homePath: string;
  /** Where the name of the signed-in person leads. */
  readonly profilePath: string;
  /**
   * What to call the signed-in person; `undefined` when nobody is signed in, or nobody can tell.
   */
  readonly signedInAs: string | undefined;
  /**
   * Whether we know who is signed in. If not, `signedInAs` being absent says nothing: no page then
   * offers to sign in.
   */
  readonly isSessionKnown: boolean;
  /**
   * A federated sign-out was interrupted in this browser; the layout offers to finish it (a form
   * POSTing to /logout).
   */
  readonly unfinishedSignOut: boolean;
}
