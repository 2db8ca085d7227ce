// A fire drill: how it goes, beginning and ending it.

import { inWords } from "./alert-rules.svelte";
import type { Drill } from "./api/generated/Drill";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { Latest } from "./latest";
import { proofs } from "./proof.svelte";

/** A drill as a screen sees it. Made while a component is set up, and kept current as long as it lives. */
export class FireDrill {
  now = $state.raw<Drill | null>(null);
  /** Why it is not known. */
  problem = $state("");
  /** Why it could not be begun or ended. */
  refused = $state("");
  working = $state<"starting" | "stopping" | null>(null);

  #latest = new Latest();

  /** Whether everything about the stranger is removed. */
  readonly isTidy = $derived(this.now?.steps.some(({ kind }) => kind === "removed") ?? false);
  /** Whether one may be begun. */
  readonly mayStart = $derived(this.now !== null && (this.now.state === "never" || this.isTidy));

  constructor() {
    void this.load();
    $effect(() =>
      household.hear(({ type }) => {
        if (type === "drill_changed" || type === "missed") void this.load();
      }),
    );
  }

  load(): Promise<void> {
    return this.#latest.answer(
      () => household.during(home.drill()),
      (now) => {
        this.now = now;
        this.problem = "";
      },
      (thrown) => {
        this.problem = HomeError.from(thrown).message;
      },
    );
  }

  /** Begins one. Says whether it did. */
  async start(): Promise<boolean> {
    return this.#do("starting", () => proofs.with(() => home.startDrill()));
  }

  /** Ends it. */
  async stop(): Promise<boolean> {
    return this.#do("stopping", () => household.during(home.endDrill()));
  }

  async #do(what: "starting" | "stopping", operation: () => Promise<unknown>): Promise<boolean> {
    if (this.working) return false;
    this.working = what;
    this.refused = "";
    try {
      await operation();
      await this.load();
      return true;
    } catch (thrown) {
      this.refused = inWords(thrown);
      return false;
    } finally {
      this.working = null;
    }
  }
}
