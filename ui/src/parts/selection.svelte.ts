// Selecting several of a list: one by one, from one to another, or all.

import { SvelteSet } from "svelte/reactivity";

/** Which are selected, by id. */
export class Selection {
  /** Whether one is selecting at all. */
  active = $state(false);
  readonly #ids = new SvelteSet<string>();
  #anchor: string | null = null;

  start() {
    this.active = true;
  }

  stop() {
    this.active = false;
    this.clear();
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Selects one or takes it back; with `range`, everything in `list` from the one before to this one. */
  toggle(id: string, range: boolean, list: string[]) {
    const on = !this.#ids.has(id);
    const from = this.#anchor === null ? -1 : list.indexOf(this.#anchor);
    const to = list.indexOf(id);
    const these = range && from >= 0 ? list.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    for (const each of these) {
      if (on) this.#ids.add(each);
      else this.#ids.delete(each);
    }
    this.#anchor = id;
  }

  all(list: string[]) {
    for (const id of list) this.#ids.add(id);
  }

  clear() {
    this.#ids.clear();
    this.#anchor = null;
  }
}
