// Saying that two devices are one, and taking it back.

import type { Device } from "./api/generated/Device";
import { HomeError, home } from "./api/index";
import { household } from "./household.svelte";
import { t } from "./i18n";
import { toasts } from "./toasts.svelte";

/** Whether a device is known by its services only, and was never here itself: both are one then without anything ending. */
export const isOfServices = (device: Device): boolean =>
  device.sessions.length > 0 && device.sessions.every((session) => session.service_id !== null);

/** The device that another one probably is, if that can be said of it: its kind fits, and it is not in use here. */
export async function earlierDevice(device: Device, probably: string | null): Promise<Device | null> {
  if (!probably || probably === device.id) return null;
  try {
    const { device: earlier } = await household.during(home.device(probably));
    if (isOfServices(device) || isOfServices(earlier)) return earlier;
    const is = earlier.kind === device.kind && !earlier.current && !earlier.continues && !device.continues;
    return is ? earlier : null;
  } catch {
    // It is an offer: without its name there is none.
    return null;
  }
}

/** Whose place a device took, and since when, as far as that can be told. */
export interface Before {
  name: string | null;
  since: string | null;
}

/** Whose place a device took; nothing where it took none. */
export async function beforeMerge(device: Device): Promise<Before | null> {
  if (!device.continues) return null;
  const [named, merged] = await Promise.allSettled([
    household.during(home.device(device.continues)),
    household.during(home.history({ device_id: device.id, kind: "devices_merged", limit: 1 })),
  ]);
  return {
    name: named.status === "fulfilled" ? named.value.device.name : null,
    since: merged.status === "fulfilled" ? (merged.value.history[0]?.at ?? null) : null,
  };
}

/** Has a device take an earlier one's place. It can be taken back at once, and on the device's page at any time. */
export async function takePlace(id: string, earlier: Device): Promise<Device> {
  const merged = await household.during(home.mergeDevice(id, { with: earlier.id }));
  toasts.show({
    tone: "plain",
    text: t.probably.done(earlier.name),
    action: { text: t.common.undo, run: () => void separate(merged.id) },
  });
  return merged;
}

/** Makes them two devices again. What fails is told at the edge of the screen. */
export async function separate(id: string): Promise<void> {
  try {
    await household.during(home.separateDevice(id));
    toasts.show({ tone: "plain", text: t.device.separated });
  } catch (thrown) {
    toasts.show({ tone: "bad", text: t.errors.actionFailed, detail: HomeError.from(thrown).message });
  }
}
