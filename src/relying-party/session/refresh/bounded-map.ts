const MAX_REMEMBERED = 10_000;

/** Forgets the oldest when it is full: for what only makes a bad moment shorter. */
export class BoundedMap<T> extends Map<string, T> {
  override set(key: string, value: T): this {
    const [oldest] = this.keys();
    if (this.size >= MAX_REMEMBERED && !this.has(key) && oldest !== undefined) this.delete(oldest);
    return super.set(key, value);
  }
}
