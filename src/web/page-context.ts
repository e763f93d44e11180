/** What the layout of every page needs: who is signed in decides the header, an unfinished sign-out shows a banner. */
export interface PageContext {
  readonly title: string;
  /** What to call the signed-in person; `undefined` when nobody is signed in. */
  readonly signedInAs: string | undefined;
  /** A federated sign-out was interrupted in this browser; the layout offers to finish it (a form POSTing to /logout). */
  readonly unfinishedSignOut: boolean;
}
