// A code that this screen shows to a phone: made, watched while somebody looks, and answered.

import type { CodeDecision } from "./api/generated/CodeDecision";
import type { Pairing } from "./api/generated/Pairing";
import type { PairingState } from "./api/generated/PairingState";
import { HomeError, home, inWindow } from "./api/index";
import { household } from "./household.svelte";
import { Latest } from "./latest";
import { proofs } from "./proof.svelte";

const LOOK_EVERY_MS = 1_500;
const TICK_MS = 1_000;

/** A code that is shown to a phone, as long as its screen lives. Made while that is set up. */
export class ShownCode {
  current = $state.raw<Pairing | null>(null);
  working = $state(false);
  problem = $state("");
  #now = $state(Date.now());
  #latest = new Latest();

  constructor() {
    $effect(() => {
      const looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
      const ticking = setInterval(() => {
        this.#now = Date.now();
      }, TICK_MS);
      return () => {
        clearInterval(looking);
        clearInterval(ticking);
      };
    });
    void this.show();
  }

  get state(): PairingState | null {
    return this.current?.state ?? null;
  }

  /** Whether something may still become of it. */
  get open(): boolean {
    return ["waiting", "claimed", "allowed"].includes(this.state?.kind ?? "");
  }

  /** Seconds that it is still good for. */
  get secondsLeft(): number {
    const left = this.current ? Date.parse(this.current.expires_at) - this.#now : 0;
    return Math.max(0, Math.round(left / 1000));
  }

  /**
   * The addresses that a phone can open, without the code. The one that this page was opened by is among them, unless it stands
   * for this computer: a proxy that nobody told the home of may lead there.
   */
  get origins(): string[] {
    const told = (this.current?.addresses ?? []).map((address) => new URL(address).origin);
    const own = inWindow || isThisComputer(location.hostname) ? [] : [location.origin];
    return [...new Set([...told, ...own])];
  }

  /**
   * The address with the code in it, after the "#": what stands there is sent to no server. The home's own have its key beside the
   * code, for apps.
   */
  addressAt(origin: string): string {
    const told = this.current?.addresses.find((address) => new URL(address).origin === origin);
    return told ?? `${origin}/#/pair/${this.current?.code ?? ""}`;
  }

  /** Shows a code, in place of the one before. */
  show = () =>
    this.#attempt(async () => {
      this.current = await household.during(home.startPairing());
    });

  /** Says whether the phone that shows these digits may come in. */
  answer = (decision: CodeDecision, digits: string, profileId: string) =>
    this.#attempt(async () => {
      const { current } = this;
      if (!current) return;
      const who = decision === "allow" && profileId ? { profile_id: profileId } : {};
      this.current = await proofs.with(() => home.answerPairing(current.id, { decision, digits, ...who }));
    });

  async #attempt(action: () => Promise<void>) {
    if (this.working) return;
    this.working = true;
    this.problem = "";
    // What is being looked at is older than what comes of this.
    this.#latest.ask();
    try {
      await action();
    } catch (thrown) {
      this.problem = HomeError.from(thrown).message;
    }
    this.working = false;
  }

  async #look() {
    const { current } = this;
    if (!current || !this.open || this.working || document.visibilityState !== "visible") return;
    const isLatest = this.#latest.ask();
    try {
      const seen = await household.during(home.pairing(current.id));
      if (isLatest()) this.current = seen;
    } catch (thrown) {
      // Gone: the home was started anew, or another page of this browser shows a newer one. Anything else may pass.
      if (HomeError.from(thrown).code === "not_found" && isLatest()) {
        this.current = { ...current, state: { kind: "expired" } };
      }
    }
  }
}

function isThisComputer(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127\..*|\[::1\])$/.test(hostname);
}
