// Sign-outs and answers that are kept while the home does not answer, and sent when it does: in order, each once, and on
// the screen all the while.

import { HomeError, home } from "../api/index";
import { household } from "../household.svelte";
import { t } from "../i18n";
import { clock } from "../i18n/format";
import { clear, read, readAll, remove, write } from "../offline/database";
import { isAway, reach } from "../offline/reach.svelte";
import { type Entry, entry, isLate, type State, sameMatter, type Wish } from "./entry";

/** The lock that the sending tab holds, and the channel on which tabs tell each other that something has changed. */
const SHARED = "latchkey-outbox";

class Outbox {
  /** Everything that is shown: what waits, and what has come of the rest until somebody has seen it. */
  entries = $state.raw<Entry[]>([]);
  readonly waiting = $derived(this.entries.filter(({ state }) => state === "waiting" || state === "sending"));

  readonly #channel = "BroadcastChannel" in window ? new BroadcastChannel(SHARED) : null;
  #sending = false;

  constructor() {
    household.whenForgetting(() => this.#forget());
    household.hear(() => void this.send());
    reach.whenBack(() => void this.send());
    if (this.#channel) this.#channel.onmessage = () => void this.#lookAgain();
    void this.#lookAgain();
  }

  /** Keeps a wish until the home answers. One about the same thing that still waits is replaced. */
  async keep(wish: Wish) {
    const replaced = this.waiting.filter((other) => sameMatter(other.wish, wish));
    const kept = entry(wish, Date.now());
    // A browser that keeps nothing still has it as long as this page is open.
    await write("outbox", kept.id, kept).catch(() => {});
    this.entries = [...this.entries.filter((other) => !replaced.includes(other)), kept];
    for (const { id } of replaced) await remove("outbox", id).catch(() => {});
    this.#tell();
    // It may be back already.
    void this.send();
  }

  /** The answer or sign-out that waits about an alert or a device. */
  find(about: { alert_id?: string; device_id?: string }): Entry | undefined {
    return this.waiting.find(({ wish }) =>
      about.alert_id === undefined
        ? wish.kind === "sign_out" && wish.device_id === about.device_id
        : wish.kind === "answer" && wish.alert_id === about.alert_id,
    );
  }

  /** Takes back what waits. What is on its way already is not: it then says what came of it. */
  async takeBack(id: string) {
    if (this.entries.find((each) => each.id === id)?.state !== "waiting") return;
    this.entries = this.entries.filter((each) => each.id !== id);
    await remove("outbox", id).catch(() => {});
    this.#tell();
  }

  /** Somebody has seen what came of one. */
  dismiss(id: string) {
    this.entries = this.entries.filter((each) => each.id !== id);
  }

  /** Sends what waits, if the home answers and this device may. */
  async send() {
    if (this.#sending || this.waiting.length === 0 || reach.asOf !== null || !household.session?.may_manage) return;
    this.#sending = true;
    try {
      // One tab sends; another that comes for the same finds it done.
      if ("locks" in navigator) await navigator.locks.request(SHARED, () => this.#sendAll());
      else await this.#sendAll();
    } finally {
      this.#sending = false;
      this.#tell();
    }
  }

  async #sendAll() {
    for (const { id } of this.waiting) {
      const waits = this.waiting.find((each) => each.id === id);
      if (!waits || !(await this.#isKept(id))) continue;
      if (isLate(waits, Date.now())) {
        await this.#settle(id, "late", "");
        continue;
      }
      this.#set(id, "sending", "");
      try {
        await this.#settle(id, "sent", await carryOut(waits.wish));
      } catch (thrown) {
        const error = HomeError.from(thrown);
        if (isAway(error) || error.signedOut || error.held) {
          this.#set(id, "waiting", "");
          return;
        }
        await this.#settle(id, "refused", error.message);
      }
    }
  }

  /** Whether it still waits, also where another tab has taken it back or sent it. */
  async #isKept(id: string): Promise<boolean> {
    try {
      if (await read("outbox", id)) return true;
    } catch {
      return true;
    }
    this.dismiss(id);
    return false;
  }

  async #settle(id: string, state: State, said: string) {
    this.#set(id, state, said);
    await remove("outbox", id).catch(() => {});
  }

  #set(id: string, state: State, said: string) {
    this.entries = this.entries.map((each) => (each.id === id ? { ...each, state, said } : each));
  }

  /** What this or another tab has kept. */
  async #lookAgain() {
    if (this.#sending) return;
    const kept = await readAll<Entry>("outbox").catch(() => null);
    if (!kept) return;
    const shown = this.entries.filter(({ state }) => state !== "waiting" && state !== "sending");
    this.entries = [...shown, ...kept.filter(({ id }) => shown.every((each) => each.id !== id))];
    await this.send();
  }

  #forget() {
    this.entries = [];
    clear("outbox").catch(() => {});
  }

  #tell() {
    this.#channel?.postMessage("changed");
  }
}

/** Does it at the home; answers with what came of it. */
async function carryOut(wish: Wish): Promise<string> {
  if (wish.kind === "answer") {
    const { alert, effect } = await household.during(home.answerAlert(wish.alert_id, { answer: wish.answer }));
    return t.alert.effects[effect](alert.ended_at ? clock(alert.ended_at) : "");
  }
  const { effect, ended_at } = await household.during(home.signOutDevice(wish.device_id));
  if (effect === "not_found") return t.signOut.missing;
  if (effect === "already_signed_out") return t.signOut.already;
  if (effect === "asked") return t.sessions.doneAsked;
  if (effect === "refused") return t.sessions.doneRefused;
  return ended_at ? t.signOut.doneAt(clock(ended_at)) : t.signOut.done;
}

/** What waits to be sent. */
export const outbox = new Outbox();

/**
 * Does something now; where the home does not answer, keeps the wish instead and answers nothing. It may have been done
 * before the answer was lost: then it is asked for twice, and that changes nothing.
 */
export async function doOrKeep<Answer>(now: () => Promise<Answer>, ...wishes: Wish[]): Promise<Answer | null> {
  if (reach.asOf === null) {
    try {
      return await now();
    } catch (thrown) {
      if (!isAway(HomeError.from(thrown))) throw thrown;
    }
  }
  for (const wish of wishes) await outbox.keep(wish);
  return null;
}
