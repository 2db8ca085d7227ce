// A long list that changes under a person's eyes. One rule for all of them: what was fetched of it stays in sight and is kept current, it
// is asked for once at a time however much happens meanwhile, and no older answer comes after a newer one.

import { HomeError } from "./api/home";
import { Steady } from "./steady";

/** How many are shown at first, and added each time. */
const PAGE = 50;

/** One page of a list, as a home answers it. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** The list, newest first, as far as somebody has gone through it. */
export class Paged<Item> {
  items = $state.raw<Item[]>([]);
  /** Whether there is more than is shown. */
  more = $state(false);
  /** Whether nothing is known of it yet. */
  loading = $state(true);
  /** Why it is not current. */
  problem = $state.raw<HomeError | null>(null);

  readonly #ask: (cursor: string | undefined, limit: number) => Promise<Page<Item>>;
  readonly #most: number;
  #wanted = PAGE;
  #steady = new Steady(() => this.#load());
  /** Counts what was asked for: an answer about another list than is wanted now is dropped. */
  #about = 0;

  /** `ask` fetches a page of at most `most` items. */
  constructor(most: number, ask: (cursor: string | undefined, limit: number) => Promise<Page<Item>>) {
    this.#most = most;
    this.#ask = ask;
  }

  /** Something changed: asks for all that is shown anew. */
  readonly refresh = (): Promise<void> => this.#steady.run();

  /** Shows a page more. */
  readonly showMore = (): Promise<void> => {
    this.#wanted = this.items.length + PAGE;
    return this.#steady.run();
  };

  /** Another list is asked for, as by a filter: begins at its start. */
  readonly restart = (): Promise<void> => {
    this.#wanted = PAGE;
    this.#about += 1;
    return this.#steady.run();
  };

  async #load() {
    const [about, wanted] = [this.#about, this.#wanted];
    try {
      const items: Item[] = [];
      let next: string | null | undefined;
      do {
        const page = await this.#ask(next ?? undefined, Math.min(wanted - items.length, this.#most));
        items.push(...page.items);
        next = page.items.length > 0 ? page.next : null;
      } while (next && items.length < wanted && about === this.#about);
      // It is asked anew then.
      if (about !== this.#about) return;
      this.items = items;
      this.more = next !== null;
      this.problem = null;
    } catch (thrown) {
      if (about !== this.#about) return;
      this.problem = HomeError.from(thrown);
    }
    this.loading = false;
  }
}
