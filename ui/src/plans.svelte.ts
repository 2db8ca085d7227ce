// Plans of bad evenings: those that are not done, and one of them; drawing one up, beginning it, ticking off, dropping it.

import { untrack } from "svelte";
import { inWords } from "./alert-rules.svelte";
import type { NewPlan } from "./api/generated/NewPlan";
import type { Plan } from "./api/generated/Plan";
import type { PlanChange } from "./api/generated/PlanChange";
import type { PlanRow } from "./api/generated/PlanRow";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { proofs } from "./proof.svelte";
import { Steady } from "./steady";

/** Whether the home has to do something about a row still: nobody can about one that is refused, and that does not hold a plan up. */
export const isRowDone = ({ session }: PlanRow): boolean => session.state === "ended";

/** How much of a plan that was begun is left: rows that are not ended, and tasks that nobody has ticked off. */
export const leftOf = ({ rows, tasks }: Plan): number =>
  rows.filter((row) => row.chosen && !isRowDone(row)).length + tasks.filter(({ done_at }) => !done_at).length;

/** The plans that are not done. Made while a component is set up, and kept current as long as it lives. */
export class UnfinishedPlans {
  list = $state.raw<Plan[]>([]);
  #steady = new Steady(() => this.#ask());

  constructor() {
    if (!household.session?.may_manage) return;
    void this.#steady.run();
    $effect(() =>
      household.hear(({ type }) => {
        if (type === "plans_changed" || type === "missed") void this.#steady.run();
      }),
    );
  }

  async #ask() {
    try {
      const { plans } = await household.during(home.plans());
      this.list = plans.filter(({ done_at }) => done_at === null);
    } catch {
      // The account page has enough to say without them; whoever needs one opens it by its address.
    }
  }
}

/** Draws a plan up: nothing of it is done yet. Fails with a `HomeError`. */
export const drawUp = (plan: NewPlan): Promise<Plan> => household.during(home.makePlan(plan));

/** One plan. Made while a component is set up, and kept current as long as it lives. */
export class OnePlan {
  is = $state.raw<Plan | null>(null);
  problem = $state.raw<HomeError | null>(null);
  working = $state<"beginning" | "ticking" | "dropping" | null>(null);
  /** Why something could not be done. */
  refused = $state("");

  readonly #id: () => string;
  #steady = new Steady(() => this.#ask());

  constructor(id: () => string) {
    this.#id = id;
    $effect(() => {
      this.#id();
      this.is = null;
      untrack(() => void this.load());
    });
    $effect(() =>
      household.hear((event) => {
        const isOurs = "device_id" in event && this.is?.rows.some(({ device_id }) => device_id === event.device_id);
        if (isOurs || event.type === "plans_changed" || event.type === "missed") void this.load();
      }),
    );
  }

  load(): Promise<void> {
    return this.#steady.run();
  }

  async #ask() {
    const id = this.#id();
    try {
      const plan = await household.during(home.plan(id));
      if (id !== this.#id()) return void this.load();
      this.is = plan;
      this.problem = null;
    } catch (thrown) {
      this.problem = HomeError.from(thrown);
    }
  }

  /** Begins it: ends these sessions. Says whether it did. */
  begin(sessions: string[]): Promise<boolean> {
    return this.#change("beginning", { begin: sessions });
  }

  /** Ticks a task off, or takes the tick back. */
  tick(task: string, done: boolean): Promise<boolean> {
    return this.#change("ticking", done ? { tick: task } : { untick: task });
  }

  /** Drops it. Says whether it did. */
  drop(): Promise<boolean> {
    return this.#do("dropping", () => household.during(home.dropPlan(this.#id())));
  }

  #change(what: "beginning" | "ticking", change: PlanChange): Promise<boolean> {
    return this.#do(what, async () => {
      this.is = await proofs.with(() => home.changePlan(this.#id(), change));
    });
  }

  async #do(what: "beginning" | "ticking" | "dropping", operation: () => Promise<unknown>): Promise<boolean> {
    if (this.working) return false;
    this.working = what;
    this.refused = "";
    try {
      await operation();
      return true;
    } catch (thrown) {
      this.refused = inWords(thrown);
      return false;
    } finally {
      this.working = null;
    }
  }
}
