/** Where the site is, and what of it is ours. */
export interface Addresses {
  /** The one public origin, without a slash at the end. */
  readonly baseUrl: string;
  /** Where the routes are mounted; empty at the root. */
  readonly basePath: string;
  /** Where a way home leads. */
  readonly homePath: string;
}
