// What is set about alerts: how it is, how it is changed, and how far a new home has learnt.

import type { AlertSettings } from "./api/generated/AlertSettings";
import type { Settings } from "./api/generated/Settings";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { t } from "./i18n";
import { Latest } from "./latest";
import { now } from "./now.svelte";
import { proofs } from "./proof.svelte";
import { Steady } from "./steady";
import { toasts } from "./toasts.svelte";

/** What came of the last change: which setting, and whether it is saved. */
export type Outcome = { of: keyof Settings; step: "saving" | "saved" } | { of: keyof Settings; problem: string };

/** The alert settings as a screen sees them. Made while a component is set up, and kept current as long as it lives. */
export class AlertRules {
  problem = $state("");
  outcome = $state.raw<Outcome | null>(null);
  #is = $state.raw<AlertSettings | null>(null);
  /** What was chosen here and is not saved yet. */
  #chosen = $state.raw<Partial<Settings>>({});

  /** What is set, with what was chosen just now. */
  readonly settings: Settings | null = $derived(this.#is && { ...this.#is.settings, ...this.#chosen });
  /** The home's time zone, with what was chosen just now. */
  readonly zone = $derived(this.#chosen.time_zone ?? this.#is?.time_zone ?? "");
  readonly budgets = $derived(this.#is?.budgets ?? []);
  /** What was measured of thieves at their first request; nothing of an older home. */
  readonly firstRequests = $derived(this.#is?.first_requests ?? []);
  /** How far a new home has learnt; nothing when it has. */
  readonly learning = $derived(
    this.#is?.learning && Date.parse(this.#is.learning.until) > now() ? this.#is.learning : null,
  );

  // One change after the other: the last one chosen is the last one saved.
  #queue: Promise<void> = Promise.resolve();
  #latest = new Latest();
  #steady = new Steady(() => this.load());

  constructor() {
    void this.load();
    $effect(() =>
      household.hear((event) => {
        const learns = event.type === "signed_in" && this.learning !== null;
        if (learns || event.type === "alert_settings_changed" || event.type === "missed") void this.#steady.run();
      }),
    );
  }

  async load() {
    if (!household.session?.may_manage) return;
    await this.#latest.answer(
      () => household.during(home.alertSettings()),
      (is) => {
        this.#is = is;
        this.problem = "";
      },
      (thrown) => {
        this.problem = HomeError.from(thrown).message;
      },
    );
  }

  /** Changes one setting, at once. */
  choose<Of extends keyof Settings>(of: Of, value: Settings[Of]) {
    this.#chosen = { ...this.#chosen, [of]: value };
    this.outcome = { of, step: "saving" };
    this.#queue = this.#queue.then(() => this.#save(of));
  }

  async #save(of: keyof Settings) {
    const before = this.#chosen;
    try {
      // What was chosen here and no more: somebody else may be changing another.
      this.#is = await proofs.with(() => home.changeAlertSettings({ settings: before, end_learning: false }));
      this.#latest.ask();
      this.outcome = { of, step: "saved" };
    } catch (thrown) {
      this.outcome = { of, problem: inWords(thrown) };
    }
    // What was chosen meanwhile is saved next; a failed choice is as it was before.
    if (this.#chosen === before) this.#chosen = {};
  }

  /** Ends the first lesson of a new home. Answers why not, where it cannot. */
  async endLearning(): Promise<string> {
    try {
      this.#is = await proofs.with(() => home.changeAlertSettings({ settings: {}, end_learning: true }));
      this.#latest.ask();
      toasts.show({ tone: "plain", text: t.learning.ended });
      return "";
    } catch (thrown) {
      return inWords(thrown);
    }
  }
}

/** Why a change of what is told was refused. */
export function inWords(thrown: unknown): string {
  const error = HomeError.from(thrown);
  return error.code === "not_familiar" ? t.alertSettings.notFamiliar : error.message;
}
