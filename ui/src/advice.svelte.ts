// One line of advice: the most useful thing that a household could do just now, and none where there is none.

import type { CurrentSession } from "./api/generated/CurrentSession";
import type { Device } from "./api/generated/Device";
import type { GeoStatus } from "./api/generated/GeoStatus";
import type { Profile } from "./api/generated/Profile";
import { home } from "./api/index";
import { household } from "./household.svelte";
import { now } from "./now.svelte";
import { isIdle } from "./parts/device-groups";
import { Steady } from "./steady";

const YEAR_MS = 365 * 86_400_000;
const MOST = 200;
const IDLE_DAYS = 90;

/** Something to do. */
export type Advice = { kind: "pin"; who: string } | { kind: "idle"; devices: Device[] } | { kind: "old_places" };

/** A grown-up whose profile a child can choose, for it asks for no PIN. */
const withoutPin = (profiles: Profile[]): Profile | undefined =>
  profiles.some(({ kind }) => kind === "kids")
    ? profiles.find(({ kind, has_pin }) => kind === "adult" && !has_pin)
    : undefined;

/** Whether the places come from a file that is a year old, so that some of them are somebody else's by now. */
const isOld = ({ state, files }: GeoStatus, at: number): boolean =>
  state !== "none" &&
  files.some(({ built_at, problem }) => built_at !== null && !problem && at - Date.parse(built_at) > YEAR_MS);

/** What is advised. Made while a component is set up, and kept current as long as it lives. */
export class Adviser {
  #idle = $state.raw<Device[]>([]);
  #places = $state.raw<GeoStatus | null>(null);
  #steady = new Steady(() => this.#ask());

  /** The most useful of it. */
  readonly advice: Advice | null = $derived.by(() => advise(household.session, this.#idle, this.#places, now()));

  constructor() {
    if (!household.session?.may_manage) return;
    void this.#steady.run();
    $effect(() =>
      household.hear(({ type }) => {
        if (type === "signed_out" || type === "geo_update" || type === "missed") void this.#steady.run();
      }),
    );
  }

  async #ask() {
    // Without them there is a line less to read, and nothing is wrong.
    const [devices, places] = await Promise.allSettled([
      household.during(home.devices({ idle_days: IDLE_DAYS, signed_in: true, limit: MOST })),
      household.during(home.geoStatus()),
    ]);
    if (devices.status === "fulfilled") this.#idle = devices.value.devices;
    if (places.status === "fulfilled") this.#places = places.value;
  }
}

function advise(session: CurrentSession | null, idle: Device[], places: GeoStatus | null, at: number): Advice | null {
  if (!session?.may_manage) return null;
  const open = withoutPin(session.profiles);
  if (open) return { kind: "pin", who: open.name };
  const forgotten = idle.filter((device) => !device.current && isIdle(device, at));
  if (forgotten.length > 0) return { kind: "idle", devices: forgotten };
  return places && isOld(places, at) ? { kind: "old_places" } : null;
}
