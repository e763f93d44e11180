/**
 * Which address an answer, or the failure to get one, is of: whoever is woken at night should not
 * have to look for it.
 */
export const askedAddresses: WeakMap<object, string> = new WeakMap();
