import { isSame } from './is-same.js';

/** A secret of an app client. */
export interface ClientSecret {
  /**
   * `<client id>--<epoch of its creation>`; AWS does not say of what unit, so here it is
   * milliseconds.
   */
  readonly id: string;
  readonly value: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /**
   * It came with the client, and Describe shows it; what was added later is told once, and never
   * again.
   */
  readonly isOriginal: boolean;
}

/** As many as may live at once, so that one can replace the other while both work. */
export const MOST_SECRETS = 2;

/** What of a client its secrets say. */
interface HasSecrets {
  /** Oldest first; none for a public client. */
  readonly secrets: readonly ClientSecret[];
}

/** The secret a client is made with; none for a public client. @param now epoch milliseconds */
export function originalSecret(
  clientId: string,
  value: string | undefined,
  now: number,
): ClientSecret[] {
  if (value === undefined) return [];
  return [{ id: `${clientId}--${now}`, value, createdAt: now, isOriginal: true }];
}

/** One more. Its id is no other's, also where two are made within a millisecond. */
export function addedSecret(
  { id, secrets }: HasSecrets & { readonly id: string },
  value: string,
  now: number,
): ClientSecret {
  const createdAt = Math.max(now, ...secrets.map((each) => each.createdAt + 1));
  return { id: `${id}--${createdAt}`, value, createdAt, isOriginal: false };
}

/** The one to be given to whoever is to have one; `undefined` for a public client. */
export const newestSecret = ({ secrets }: HasSecrets): string | undefined => secrets.at(-1)?.value;

/** Whether a client shows what it must: one of its secrets, or nothing at all where it has none. */
export function isSecretOf({ secrets }: HasSecrets, given: string): boolean {
  if (secrets.length === 0) return given === '';
  // Each is looked at, so that the time says nothing of which.
  return secrets.filter(({ value }) => isSame(value, given)).length > 0;
}
