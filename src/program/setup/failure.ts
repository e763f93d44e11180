/** Why `setup` cannot go on, in words that are all the operator needs. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
