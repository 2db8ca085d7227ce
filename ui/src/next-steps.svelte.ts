// What is left to do once a home is set up: how it stands, and skipping a step.

import type { NextStep } from "./api/generated/NextStep";
import type { StepKind } from "./api/generated/StepKind";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { t } from "./i18n";
import { Latest } from "./latest";
import { Steady } from "./steady";
import { toasts } from "./toasts.svelte";

/** What may change how a step stands. */
const TELLING = [
  "channels_changed",
  "signed_in",
  "signed_out",
  "alert_answered",
  "next_steps_changed",
  "services_changed",
  "missed",
];

/** The steps as a screen sees them. Made while a component is set up, and kept current as long as it lives. */
export class StepsLeft {
  steps = $state.raw<NextStep[] | null>(null);
  /** Why they are not known. */
  problem = $state("");
  /** Why one could not be skipped. */
  refused = $state("");

  #latest = new Latest();
  #steady = new Steady(() => this.load());

  /** Whether there is anything to show: it goes once every step works or is skipped. */
  readonly isLeft = $derived(this.steps?.some(({ state }) => state === "open") ?? false);

  constructor() {
    void this.load();
    $effect(() =>
      household.hear((event) => {
        const fetched = event.type === "geo_update" && event.progress.step === "done";
        if (fetched || TELLING.includes(event.type)) void this.#steady.run();
      }),
    );
  }

  async load() {
    // A child's profile has nothing of it.
    if (!household.session?.may_manage) {
      this.steps = null;
      return;
    }
    await this.#latest.answer(
      () => household.during(home.nextSteps()),
      ({ steps }) => {
        this.steps = steps;
        this.problem = "";
      },
      (thrown) => {
        this.problem = HomeError.from(thrown).message;
      },
    );
  }

  /** Skips a step, or takes it up again. */
  async skip(step: StepKind, skipped: boolean) {
    // No earlier answer can know of it. The home tells everybody besides, and often before it answers: what is asked for then
    // may come later, and the list must have changed when this is over.
    this.#latest.ask();
    const shown = this.steps;
    try {
      const { steps } = await household.during(home.skipStep({ step, skipped }));
      this.refused = "";
      if (this.steps === shown) this.steps = steps;
      // The list goes with its last step, and with it the way back.
      if (skipped && !this.isLeft) {
        const undo = { text: t.nextSteps.undo, run: () => void this.skip(step, false) };
        toasts.show({ tone: "plain", text: t.nextSteps.allSkipped, action: undo });
      }
    } catch (thrown) {
      this.refused = HomeError.from(thrown).message;
    }
  }
}
