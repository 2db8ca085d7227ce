// The alert about a device that waits for an answer.

import type { Alert } from "./api/generated/Alert";
import { home } from "./api/index";
import { household } from "./household.svelte";

const MOST = 200;

/** The newest alert about a device that was not answered for good; none where it was. */
export async function waitingAlertOf(deviceId: string): Promise<Alert | null> {
  const pages = await Promise.all(
    (["open", "unsure"] as const).map((state) => household.during(home.alerts({ state, limit: MOST }))),
  );
  const about = pages
    .flatMap(({ alerts }) => alerts)
    .filter((alert) => alert.device_id === deviceId && alert.signed_in);
  return about.sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0] ?? null;
}
