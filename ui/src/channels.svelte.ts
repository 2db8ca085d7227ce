// The ways to be told: how they are, how they are made, changed and removed, and what came of trying one.

import { inWords } from "./alert-rules.svelte";
import type { Channel } from "./api/generated/Channel";
import type { ChannelAdded } from "./api/generated/ChannelAdded";
import type { ChannelChange } from "./api/generated/ChannelChange";
import type { ChannelList } from "./api/generated/ChannelList";
import type { NewChannel } from "./api/generated/NewChannel";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { Latest } from "./latest";
import { proofs } from "./proof.svelte";
import { ownZone } from "./time-zones";

/** What came of trying a channel: it is on its way, was handed over, failed as its state says, is still on its way, or was refused. */
export type Trial = { step: "sending" | "taken" | "failed" | "late" } | { problem: string };

/** How long one waits for what came of it, in milliseconds. */
const PATIENCE_MS = 20_000;

/** The channels as a screen sees them. Made while a component is set up, and kept current as long as it lives. */
export class Channels {
  list = $state.raw<ChannelList | null>(null);
  problem = $state("");
  trials = $state<Record<string, Trial>>({});

  #latest = new Latest();
  /** Those being tried, as they were before, and until when that is waited for. */
  #tried = new Map<string, { before: string; late: ReturnType<typeof setTimeout> }>();

  constructor() {
    void this.load();
    $effect(() => {
      const deaf = household.hear(({ type }) => {
        if (type === "channels_changed" || type === "profiles_changed" || type === "missed") void this.load();
      });
      return () => {
        deaf();
        for (const { late } of this.#tried.values()) clearTimeout(late);
      };
    });
  }

  load(): Promise<void> {
    return this.#latest.answer(
      () => household.during(home.channels()),
      (list) => {
        this.list = list;
        this.problem = "";
        for (const channel of list.channels) this.#settle(channel);
      },
      (thrown) => {
        this.problem = HomeError.from(thrown).message;
      },
    );
  }

  /** Has a channel say that it works. What came of it shows when the home says that something changed. */
  async tryOut(channel: Channel) {
    const { id } = channel;
    clearTimeout(this.#tried.get(id)?.late);
    const late = setTimeout(() => this.#end(id, { step: "late" }), PATIENCE_MS);
    this.#tried.set(id, { before: mark(channel), late });
    this.trials[id] = { step: "sending" };
    try {
      await household.during(home.testChannel(id));
    } catch (thrown) {
      this.#end(id, { problem: inWords(thrown) });
    }
  }

  #settle(channel: Channel) {
    const tried = this.#tried.get(channel.id);
    if (!tried || tried.before === mark(channel)) return;
    this.#end(channel.id, { step: channel.state === "ok" ? "taken" : "failed" });
  }

  #end(id: string, trial: Trial) {
    clearTimeout(this.#tried.get(id)?.late);
    this.#tried.delete(id);
    this.trials[id] = trial;
  }

  /** Makes one, for whoever reads it by the clock of this browser. Answers what was made, or why it was not. */
  async add(channel: NewChannel): Promise<ChannelAdded | string> {
    try {
      const added = await proofs.with(() => home.addChannel({ time_zone: ownZone(), ...channel }));
      await this.load();
      return added;
    } catch (thrown) {
      return inWords(thrown);
    }
  }

  /** Changes one. Answers why not, or nothing. */
  change(id: string, change: ChannelChange): Promise<string> {
    return this.#do(() => home.changeChannel(id, change));
  }

  /** Removes one. Answers why not, or nothing. */
  remove(id: string): Promise<string> {
    return this.#do(() => home.removeChannel(id));
  }

  /** Sets the relay that carries answers back, or none, with the token that it asks for; without one it keeps the one that it has. */
  setRelay(relay: string | null, token?: string): Promise<string> {
    return this.#do(() => home.setRelay({ relay_url: relay, ...(token === undefined ? {} : { token }) }));
  }

  async #do(operation: () => Promise<unknown>): Promise<string> {
    try {
      await proofs.with(operation);
    } catch (thrown) {
      return inWords(thrown);
    }
    await this.load();
    return "";
  }
}

/** What changes when something came of trying it. */
const mark = ({ state, detail, last_delivery_at }: Channel) => JSON.stringify([state, detail, last_delivery_at]);
