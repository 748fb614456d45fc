/** Remembers at least the last `count` ids that it was shown, and twice as many at most. */
export class RecentIds {
  readonly #count: number;
  #newer = new Set<string>();
  #older = new Set<string>();

  constructor(count: number) {
    this.#count = count;
  }

  /** Whether the id was shown before, as far as it is remembered; from now on it was. */
  seen(id: string): boolean {
    if (this.#newer.has(id) || this.#older.has(id)) return true;
    if (this.#newer.size >= this.#count) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(id);
    return false;
  }
}
