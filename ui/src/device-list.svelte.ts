// The list of devices, and how it is kept current by what the home tells.

import { tick } from "svelte";
import { SvelteSet } from "svelte/reactivity";
import type { Device } from "./api/generated/Device";
import type { Event } from "./api/generated/Event";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { t } from "./i18n";

const PAGE = 200;

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

  constructor() {
    this.#queue = this.#load();
    $effect(() =>
      household.hear((event) => {
        this.#queue = this.#queue.then(() => this.#hear(event));
      }),
    );
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

  async #hear(event: Event) {
    switch (event.type) {
      case "signed_in":
        this.fresh.add(event.device_id);
        await this.#fetch(event.device_id);
        this.news = t.devices.appeared(this.nameOf(event.device_id));
        break;
      case "signed_out":
        await this.#fetch(event.device_id);
        this.news = t.devices.wasSignedOut(this.nameOf(event.device_id));
        break;
      case "refused":
      case "device_changed":
        await this.#fetch(event.device_id);
        break;
      case "profiles_changed":
      case "missed":
        await this.#load();
        break;
    }
  }

  /** What a device is called. */
  readonly nameOf = (id: string) => this.devices.find((device) => device.id === id)?.name ?? t.kinds.other;
}
