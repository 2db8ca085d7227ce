// Watched services: all of them, one of them, and their kinds and cards; how they are changed, tested and removed.

import { untrack } from "svelte";
import { inWords } from "./alert-rules.svelte";
import type { CardChange } from "./api/generated/CardChange";
import type { Service } from "./api/generated/Service";
import type { ServiceCard } from "./api/generated/ServiceCard";
import type { ServiceChange } from "./api/generated/ServiceChange";
import type { ServiceCheck } from "./api/generated/ServiceCheck";
import type { ServiceDetail } from "./api/generated/ServiceDetail";
import type { ServiceKinds } from "./api/generated/ServiceKinds";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { proofs } from "./proof.svelte";
import { Steady } from "./steady";

/** The services that are watched. Made while a component is set up, and kept current as long as it lives. */
export class Services {
  list = $state.raw<Service[] | null>(null);
  problem = $state("");
  #steady = new Steady(() => this.#ask());

  constructor() {
    void this.load();
    $effect(() =>
      household.hear(({ type }) => {
        if (type === "services_changed" || type === "missed") void this.load();
      }),
    );
  }

  load(): Promise<void> {
    return this.#steady.run();
  }

  async #ask() {
    try {
      this.list = (await household.during(home.services())).services;
      this.problem = "";
    } catch (thrown) {
      this.problem = HomeError.from(thrown).message;
    }
  }
}

/** One watched service. Made while a component is set up, and kept current as long as it lives. */
export class WatchedService {
  detail = $state.raw<ServiceDetail | null>(null);
  problem = $state.raw<HomeError | null>(null);
  /** What testing it came to, since this is looked at. */
  check = $state.raw<ServiceCheck | null>(null);
  working = $state<"testing" | "changing" | "removing" | null>(null);

  readonly #id: () => string;
  #steady = new Steady(() => this.#ask());

  constructor(id: () => string) {
    this.#id = id;
    $effect(() => {
      this.#id();
      this.detail = null;
      this.check = null;
      untrack(() => void this.load());
    });
    $effect(() =>
      household.hear(({ type }) => {
        if (type === "services_changed" || type === "profiles_changed" || type === "missed") void this.load();
      }),
    );
  }

  load(): Promise<void> {
    return this.#steady.run();
  }

  async #ask() {
    const id = this.#id();
    try {
      const detail = await household.during(home.service(id));
      if (id !== this.#id()) return void this.load();
      this.detail = detail;
      this.problem = null;
    } catch (thrown) {
      this.problem = HomeError.from(thrown);
    }
  }

  /** Proves it anew and has it read at once. Answers why not, or nothing. */
  test(): Promise<string> {
    return this.#do("testing", async () => {
      this.check = await household.during(home.checkService(this.#id()));
    });
  }

  /** Changes something about it. Answers why not, or nothing. */
  change(change: ServiceChange): Promise<string> {
    return this.#do("changing", () => proofs.with(() => home.changeService(this.#id(), change)));
  }

  /** Removes it. Answers why not, or nothing. */
  async remove(forget: boolean): Promise<string> {
    if (this.working) return "";
    this.working = "removing";
    try {
      await proofs.with(() => home.removeService(this.#id(), { forget }));
      return "";
    } catch (thrown) {
      return inWords(thrown);
    } finally {
      this.working = null;
    }
  }

  async #do(what: "testing" | "changing", operation: () => Promise<unknown>): Promise<string> {
    if (this.working) return "";
    this.working = what;
    try {
      await operation();
      await this.load();
      return "";
    } catch (thrown) {
      return inWords(thrown);
    } finally {
      this.working = null;
    }
  }
}

/** The kinds that can be watched, and the cards of those that cannot. Made while a component is set up, and kept current. */
export class Kinds {
  all = $state.raw<ServiceKinds | null>(null);
  problem = $state("");
  #steady = new Steady(() => this.#ask());

  constructor() {
    void this.load();
    $effect(() =>
      household.hear(({ type }) => {
        if (type === "services_changed" || type === "missed") void this.load();
      }),
    );
  }

  load(): Promise<void> {
    return this.#steady.run();
  }

  async #ask() {
    try {
      this.all = await household.during(home.serviceKinds());
      this.problem = "";
    } catch (thrown) {
      this.problem = HomeError.from(thrown).message;
    }
  }

  /** Puts a card on the list, takes it off, or notes that somebody looked there. Answers why not, or nothing. */
  async changeCard(card: ServiceCard, change: CardChange): Promise<string> {
    try {
      const changed = await household.during(home.changeCard(card.card, change));
      if (this.all) {
        this.all = { ...this.all, cards: this.all.cards.map((each) => (each.card === changed.card ? changed : each)) };
      }
      return "";
    } catch (thrown) {
      return inWords(thrown);
    }
  }
}
