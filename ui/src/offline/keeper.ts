// Has the home say anew what is kept of it, whichever screen is shown: soon after the start and an alert, else now and then.

import { home } from "../api/index";
import { household } from "../household.svelte";
import { MOST_ALERTS, MOST_DEVICES } from "./known";
import { reach } from "./reach.svelte";

const SOON_MS = 1_000;
const NOW_AND_THEN_MS = 30_000;

/** Keeps what is known current, from now on. */
export function keepCurrent() {
  let due: ReturnType<typeof setTimeout> | undefined;
  household.hear(({ type }) => {
    const soon = type === "missed" || type === "alert_raised" || type === "alert_answered";
    if (due !== undefined && !soon) return;
    clearTimeout(due);
    due = setTimeout(look, soon ? SOON_MS : NOW_AND_THEN_MS);
  });

  async function look() {
    due = undefined;
    if (!household.session?.may_manage || reach.asOf !== null) return;
    // What is asked is remembered (see remembering.ts).
    const asked = [home.devices({ limit: MOST_DEVICES }), home.alerts({ limit: MOST_ALERTS })];
    const came = await Promise.allSettled(asked.map((it) => household.during<unknown>(it)));
    if (came.every(({ status }) => status === "fulfilled")) performance.mark("latchkey:kept");
  }
}
