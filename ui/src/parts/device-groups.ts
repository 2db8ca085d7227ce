// The list of devices in parts, so that a household finds what it looks for: what has just come, what is odd, what is in
// use, and what nobody has used for long.

import type { Device } from "../api/generated/Device";
import { isFamiliar, isPlaying } from "./device-words";

const groups = ["here", "fresh", "look", "playing", "week", "month", "idle"] as const;

/** A part of the list. */
export type Group = (typeof groups)[number];

const DAY_MS = 86_400_000;

/** In which part a device is; `fresh` are the ids of those that signed in while one looks on. */
export function groupOf(device: Device, fresh: ReadonlySet<string>, now: number): Group {
  if (device.current) return "here";
  if (fresh.has(device.id)) return "fresh";
  if (device.held_at !== null || !isFamiliar(device)) return "look";
  if (isPlaying(device, now)) return "playing";
  const idle = now - Date.parse(device.last_active_at);
  return idle < 7 * DAY_MS ? "week" : idle < 30 * DAY_MS ? "month" : "idle";
}

/** The parts that have something in them, from the top; in each, the order that the devices came in. */
export function grouped(
  devices: Device[],
  fresh: ReadonlySet<string>,
  now: number,
): { group: Group; devices: Device[] }[] {
  const parts = devices.map((device) => ({ device, group: groupOf(device, fresh, now) }));
  return groups
    .map((group) => ({ group, devices: parts.filter((part) => part.group === group).map(({ device }) => device) }))
    .filter((part) => part.devices.length > 0);
}
