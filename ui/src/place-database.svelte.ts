// The home's place database: how it is, how far an update is, and whether this browser was asked about it.

import type { GeoProgress } from "./api/generated/GeoProgress";
import type { GeoStatus } from "./api/generated/GeoStatus";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";

const KEY = "latchkey.cities-declined";

/** A place database as a screen sees it. Made while a component is set up, and kept current as long as it lives. */
export class PlaceDatabase {
  status = $state.raw<GeoStatus | null>(null);
  problem = $state("");
  /** Whether the update was asked for here: then its outcome is told here, too. */
  asked = $state(false);

  #declined = $state(declined());
  /** How often progress was heard. */
  #heard = 0;

  constructor() {
    void this.load();
    $effect(() =>
      household.hear((event) => {
        if (event.type === "geo_update") this.#progress(event.progress);
        if (event.type === "missed") void this.load();
      }),
    );
  }

  /** Whether the city database should be offered: places are not known that closely, and could be. */
  get offered(): boolean {
    if (this.asked) return true;
    const { status } = this;
    return status !== null && status.state !== "city" && status.update_url !== null && !this.#declined;
  }

  async load() {
    if (!household.session?.may_manage) return;
    const heard = this.#heard;
    try {
      this.#take(await household.during(home.geoStatus()), heard);
      this.problem = "";
    } catch (thrown) {
      this.problem = HomeError.from(thrown).message;
    }
  }

  /** Has the home fetch a newer or closer database. */
  async update() {
    this.problem = "";
    this.asked = true;
    const heard = this.#heard;
    try {
      this.#take(await household.during(home.updateGeo()), heard);
    } catch (thrown) {
      this.problem = HomeError.from(thrown).message;
    }
  }

  /** Does not offer it again: it stays in the settings. */
  decline() {
    this.asked = false;
    this.#declined = true;
    // A browser may refuse storage altogether: then it asks again another day.
    try {
      localStorage.setItem(KEY, "yes");
    } catch {}
  }

  /** Takes an answer; how far an update is was heard later than the answer was made, where it was heard meanwhile. */
  #take(status: GeoStatus, heard: number) {
    const progress = this.status?.progress ?? null;
    this.status = heard === this.#heard ? status : { ...status, progress };
  }

  #progress(progress: GeoProgress) {
    this.#heard += 1;
    if (this.status) this.status = { ...this.status, progress };
    if (progress.step === "done" || progress.step === "failed") void this.load();
  }
}

function declined(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
