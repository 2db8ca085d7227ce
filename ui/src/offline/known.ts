// What this browser keeps of what the home said, so that something can be shown while the home does not answer.
//
// Only what whoever may manage was told, and only as long as this device is signed in and used by such a person: it is
// forgotten at a sign-out, when the sign-in ends or is put on hold, and when a profile that may not manage is chosen.

import type { Alert } from "../api/generated/Alert";
import type { CurrentSession } from "../api/generated/CurrentSession";
import type { Device } from "../api/generated/Device";
import { clear, read, remove, write } from "./database";

/** How many devices and alerts are kept at most: the newest. */
export const MOST_DEVICES = 200;
export const MOST_ALERTS = 50;
/** How many days it is shown at most; older, it would mislead more than it helps. */
export const LONGEST_DAYS = 7;

const DAY_MS = 86_400_000;

/** What is kept. */
export interface Facts {
  session: CurrentSession;
  devices: Device[];
  alerts: Alert[];
}

/** Something that was known, and the time (milliseconds since 1970) at which the home said it. */
export interface Known<Value> {
  at: number;
  value: Value;
}

let epoch = 0;

/** Notes now, before asking, that an answer is to be kept: one that comes after everything was forgotten is not. */
export function keeping(): <What extends keyof Facts>(what: What, value: Facts[What]) => void {
  const asked = epoch;
  return (what, value) => {
    if (asked !== epoch) return;
    const known: Known<unknown> = { at: Date.now(), value };
    // A browser may refuse to keep anything; then there is just nothing to show without the home.
    write("known", what, known).catch(() => {});
  };
}

/** What is known of something, unless it is nothing or too old. */
export async function recall<What extends keyof Facts>(what: What): Promise<Known<Facts[What]> | null> {
  const known = await read<Known<Facts[What]>>("known", what).catch(() => undefined);
  if (!known) return null;
  const age = Date.now() - known.at;
  if (age >= 0 && age < LONGEST_DAYS * DAY_MS && (what !== "devices" || hasSessions(known.value))) return known;
  await remove("known", what).catch(() => {});
  return null;
}

/** Whether devices are as this version keeps them: an earlier one kept nothing of their sessions. */
const hasSessions = (devices: unknown): boolean =>
  Array.isArray(devices) && devices.every((device: Partial<Device>) => Array.isArray(device.sessions));

/** Forgets everything. */
export function forget() {
  epoch += 1;
  clear("known").catch(() => {});
}
