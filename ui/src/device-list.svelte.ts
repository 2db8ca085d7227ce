// The list of devices, and how it is kept current by what the home tells.

import { tick } from "svelte";
import { SvelteSet } from "svelte/reactivity";
import type { Device } from "./api/generated/Device";
import type { Event } from "./api/generated/Event";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { t } from "./i18n";

const PAGE = 200;
/** With more news than this at once, as when a service is added, the whole list is fetched instead of one device after the other. */
const MANY = 40;
/** What is told of one device, which is fetched then. */
const FETCHED: Event["type"][] = ["signed_in", "signed_out", "refused", "device_changed"];
/** What may have changed any of them. */
const ALL_ANEW: Event["type"][] = ["profiles_changed", "missed"];

// The device one is at comes first, then whoever was active last.
const order = (one: Device, other: Device) =>
  Number(other.current) - Number(one.current) || Date.parse(other.last_active_at) - Date.parse(one.last_active_at);

/** Every device. Made while a component is set up, and kept current as long as it lives. */
export class DeviceList {
  devices = $state.raw<Device[]>([]);
  loading = $state(true);
  problem = $state<HomeError | null>(null);
  /** What has just happened, for a screen reader. */
  news = $state("");
  /** The devices that signed in while one was looking. */
  readonly fresh = new SvelteSet<string>();
  readonly signedIn = $derived(this.devices.filter((device) => device.signed_in));

  // One order of things: what is heard while the first list is on its way comes after it.
  #queue: Promise<void>;
  #waiting: Event[] = [];
  /** How the services were that some of it is of, as far as that shows in the list. */
  #services = "";

  constructor() {
    this.#queue = this.#load();
    $effect(() =>
      household.hear((event) => {
        this.#waiting.push(event);
        this.#queue = this.#queue.then(() => this.#next());
      }),
    );
  }

  async #next() {
    // All that has come meanwhile at once, and each device of it once.
    const heard = this.#waiting.splice(0);
    const concerned = new Set<string>();
    for (const event of heard) {
      if (event.type === "signed_in") this.fresh.add(event.device_id);
      if (FETCHED.includes(event.type) && "device_id" in event && event.device_id) concerned.add(event.device_id);
    }
    if (concerned.size > MANY || heard.some(({ type }) => ALL_ANEW.includes(type))) {
      await this.#load();
    } else {
      for (const id of concerned) await this.#fetch(id);
      if (heard.some(({ type }) => type === "services_changed")) await this.#lookAtServices();
    }
    const told = heard.findLast(({ type }) => type === "signed_in" || type === "signed_out");
    if (told) this.#tell(told);
  }

  /** Fetches everything anew, after it has failed. */
  retry() {
    this.loading = this.devices.length === 0;
    this.#queue = this.#load();
  }

  async #load() {
    this.problem = null;
    try {
      const all: Device[] = [];
      let cursor: string | undefined;
      do {
        const page = await household.during(home.devices({ limit: PAGE, cursor }));
        all.push(...page.devices);
        cursor = page.next_cursor ?? undefined;
        // The first page is shown while the rest is on its way.
        if (this.loading || !cursor) this.devices = [...all].sort(order);
        this.loading = false;
      } while (cursor);
      await tick();
      requestAnimationFrame(() => performance.mark("latchkey:painted"));
    } catch (thrown) {
      this.problem = HomeError.from(thrown);
      this.loading = false;
    }
  }

  async #fetch(id: string) {
    try {
      const { device } = await household.during(home.device(id));
      const all = [...this.devices.filter((known) => known.id !== id), device];
      // One whose place another has taken is still there to be asked for, but it is in no list.
      const replaced = new Set(all.map((known) => known.continues));
      this.devices = all.filter((known) => !replaced.has(known.id)).sort(order);
    } catch (thrown) {
      if (HomeError.from(thrown).code === "not_found") this.devices = this.devices.filter((known) => known.id !== id);
    }
  }

  /** Says the last of what has happened, for a screen reader. */
  #tell(event: Event) {
    if (event.type === "signed_in") this.news = t.devices.appeared(this.nameOf(event.device_id));
    if (event.type !== "signed_out") return;
    this.news = this.#isSignedIn(event.device_id)
      ? t.sessions.oneEnded(this.nameOf(event.device_id))
      : t.devices.wasSignedOut(this.nameOf(event.device_id));
  }

  /** A service went away, came back, or is called otherwise: that shows on every row of its. That it was read does not. */
  async #lookAtServices() {
    try {
      const { services } = await household.during(home.services());
      const are = JSON.stringify(services.map(({ id, name, state, paused }) => [id, name, state, paused]));
      const before = this.#services;
      this.#services = are;
      if (are !== before) await this.#load();
    } catch {
      // The next news is looked at again.
    }
  }

  #isSignedIn(id: string): boolean {
    return this.devices.some((device) => device.id === id && device.signed_in);
  }

  /** What a device is called. */
  readonly nameOf = (id: string) => this.devices.find((device) => device.id === id)?.name ?? t.kinds.other;
}
