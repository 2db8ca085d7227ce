// What the whole interface shares: the home's status, the session that looks at it, and what changes.

import type { CurrentSession } from "./api/generated/CurrentSession";
import type { Event } from "./api/generated/Event";
import type { HomeStatus } from "./api/generated/HomeStatus";
import { HomeError, home } from "./api/index";
import { Latest } from "./latest";
import { forget, recall } from "./offline/known";
import { isAway, reach } from "./offline/reach.svelte";
import { Steady } from "./steady";

/** How far the interface is: what may be shown at all. */
export type Phase = "starting" | "unreachable" | "set_up" | "signed_out" | "held" | "signed_in";

/** Why this device is signed out: it never signed in, somebody else ended it, it did so itself, or all were. */
export type Reason = "fresh" | "ended" | "here" | "all";

const ASK_EVERY_MS = 30_000;
/** How often a home that does not answer is asked whether it does again. */
const KNOCK_EVERY_MS = 10_000;
/** How long a home is waited for at the start before what is known of it is shown. */
const PATIENCE_MS = 2_500;

class Household {
  phase = $state<Phase>("starting");
  reason = $state<Reason>("fresh");
  problem = $state<HomeError | null>(null);
  status = $state.raw<HomeStatus | null>(null);
  session = $state.raw<CurrentSession | null>(null);
  /** Whether events arrive at present. */
  live = $state(true);

  #listeners = new Set<(event: Event) => void>();
  #gone = new Set<() => void>();
  #hears = false;
  #latest = new Latest();
  /** A night's worth of news costs one question after the other. */
  #keepCurrent = new Steady(() => this.refresh().catch(() => {}));
  #stopFollowing: (() => void) | null = null;
  /** Where the tabs of one browser tell each other that they are signed in. */
  #tabs = "BroadcastChannel" in window ? new BroadcastChannel("latchkey-signed-in") : null;

  constructor() {
    const knock = () => {
      if (reach.asOf !== null && this.phase === "signed_in") this.refresh().catch(() => {});
    };
    // Also where a stream would say it: one may be up while what was asked beside it had no answer.
    setInterval(knock, KNOCK_EVERY_MS);
    window.addEventListener("online", knock);
    this.#tabs?.addEventListener("message", () => void this.#followTab());
    // Nobody knows what happened meanwhile.
    reach.whenBack(() => this.#hear({ at: new Date().toISOString(), type: "missed" }));
  }

  /** Finds out how things are, from the beginning. */
  async start() {
    if (this.phase !== "signed_in" && this.phase !== "held") this.phase = "starting";
    const waiting = setTimeout(() => void this.#startAway(), PATIENCE_MS);
    try {
      // Both at once: a home that is set up is the usual case, and its session the first thing anybody waits for.
      const [status, session] = await Promise.all([home.status(), this.#askSession()]);
      this.status = status;
      if (!status.set_up) this.phase = "set_up";
      else if (session) this.enter(session);
      else this.leave(this.phase === "signed_in" ? "ended" : "fresh");
    } catch (thrown) {
      const error = HomeError.from(thrown);
      if (error.held) return this.hold();
      if (isAway(error) && (await this.#startAway())) return;
      this.problem = error;
      this.phase = "unreachable";
    } finally {
      clearTimeout(waiting);
    }
  }

  /** Starts with what is known of a home that does not answer; says whether that is anything. */
  async #startAway(): Promise<boolean> {
    const known = await recall("session");
    if (!known) return false;
    // It may have answered meanwhile.
    if (this.phase !== "starting") return this.phase === "signed_in";
    reach.startAway(known.at);
    this.enter(known.value);
    return true;
  }

  async #askSession(): Promise<CurrentSession | null> {
    try {
      return await home.session();
    } catch (thrown) {
      const error = HomeError.from(thrown);
      if (error.signedOut) {
        if (error.code === "session_ended") this.reason = "ended";
        return null;
      }
      if (error.code === "setup_required") return null;
      throw error;
    }
  }

  /** Another tab is signed in, and with that this one is. */
  async #followTab() {
    const isOut = () => this.phase === "signed_out" || this.phase === "held";
    if (!isOut()) return;
    const session = await this.#askSession().catch(() => null);
    if (session && isOut()) this.enter(session);
  }

  /** This device is signed in. */
  enter(session: CurrentSession) {
    if (this.phase !== "signed_in") this.#tabs?.postMessage("in");
    this.session = session;
    this.phase = "signed_in";
    this.reason = "fresh";
    this.#follow();
  }

  /**
   * Keeps up with what changes. Only whoever may manage hears it: a home refuses everybody else, so for a kids'
   * profile, and before one is chosen, the session is asked for now and then instead.
   */
  #follow() {
    const hears = this.session?.may_manage ?? false;
    if (!hears) this.#forget();
    if (this.#stopFollowing && this.#hears === hears) return;
    this.#stopFollowing?.();
    this.#hears = hears;
    this.live = true;
    if (hears) {
      this.#stopFollowing = home.events({
        event: (event) => this.#hear(event),
        live: (live) => this.#interrupted(live),
      });
    } else {
      const asking = setInterval(() => this.refresh().catch(() => {}), ASK_EVERY_MS);
      this.#stopFollowing = () => clearInterval(asking);
    }
  }

  /** This device is signed out. */
  leave(reason: Reason) {
    this.#close();
    if (this.reason === "fresh") this.reason = reason;
    this.phase = "signed_out";
  }

  /** This device's sign-in is on hold: it may go on when somebody of the household has said so. */
  hold() {
    this.#close();
    this.phase = "held";
  }

  #close() {
    this.#stopFollowing?.();
    this.#stopFollowing = null;
    this.session = null;
    this.live = true;
    this.#forget();
  }

  /** Whoever is at this device now may not see what is kept here, nor have it sent. */
  #forget() {
    forget();
    for (const gone of this.#gone) gone();
  }

  /** Calls `gone` when what is kept in this browser is to be forgotten. */
  whenForgetting(gone: () => void) {
    this.#gone.add(gone);
  }

  /** Signs this device out, or all of them: the end of the session is then no surprise. */
  async end(reason: "here" | "all", operation: Promise<unknown>) {
    this.reason = reason;
    try {
      await operation;
      this.leave(reason);
    } catch (thrown) {
      const error = HomeError.from(thrown);
      if (error.signedOut) return this.leave(reason);
      this.reason = "fresh";
      throw error;
    }
  }

  /** The home is gone altogether. */
  lose() {
    this.problem = new HomeError({ error: "unreachable", message: "" });
    this.phase = "unreachable";
  }

  /** Asks for the session anew. */
  async refresh() {
    const isLatest = this.#latest.ask();
    const session = await this.during(home.session());
    // Meanwhile it may have ended.
    if (this.phase !== "signed_in" || !isLatest()) return;
    this.session = session;
    this.#follow();
  }

  /** Waits for an operation; when it says that this device is signed out, or on hold, so it is shown. */
  async during<Answer>(operation: Promise<Answer>): Promise<Answer> {
    try {
      return await operation;
    } catch (thrown) {
      const error = HomeError.from(thrown);
      if (error.signedOut) this.leave("ended");
      if (error.held) this.hold();
      if (error.code === "profile_required" && this.session) {
        this.session = { ...this.session, profile: null, may_manage: false };
        this.#follow();
      }
      if (error.code === "pin_profile_required" && this.session) {
        this.session = { ...this.session, may_manage: false };
        this.#follow();
      }
      throw error;
    }
  }

  /** Calls `listener` with whatever changes, until the returned function is called. */
  hear(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #hear(event: Event) {
    if (event.type === "session_ended") return this.leave("ended");
    if (["alert_raised", "alert_answered", "profiles_changed", "missed"].includes(event.type)) {
      void this.#keepCurrent.run();
    }
    if (event.type === "device_changed" && event.device_id === this.session?.device_id) {
      void this.#keepCurrent.run();
    }
    for (const listener of this.#listeners) listener(event);
  }

  #interrupted(live: boolean) {
    this.live = live;
    // A refused stream and a lost network look alike to a page; the session knows which it is.
    if (!live) this.refresh().catch(() => {});
  }
}

/** The household, as this device sees it. */
export const household = new Household();
