// The list of devices in parts, so that a household finds what it looks for: what needs an answer, what is in use here, what is at home,
// what is away, and what nobody has used for long.

import type { Device } from "../api/generated/Device";
import type { DeviceKind } from "../api/generated/DeviceKind";
import { isActive, isFamiliar } from "./device-words";

const groups = ["answer", "here", "home", "away", "somewhere", "idle"] as const;

/** A part of the list. */
export type Group = (typeof groups)[number];

const DAY_MS = 86_400_000;
const IDLE_DAYS = 90;

/** What stays where it was put up, and so tells where a home is. */
const STAYS: DeviceKind[] = ["tv", "streaming_box", "console", "speaker"];

/** Whether nobody has used a device for so long that it may be forgotten. */
export const isIdle = ({ last_active_at }: Device, now: number): boolean =>
  now - Date.parse(last_active_at) >= IDLE_DAYS * DAY_MS;

/** Whether it needs an answer: it is on hold, or does not look like the household's. */
export const needsAnswer = (device: Device): boolean => device.held_at !== null || !isFamiliar(device);

const isOnHomeNetwork = ({ place }: Device) => place.scope === "home_network" || place.scope === "this_computer";

/** The line that a device came by, as far as an address tells it; nothing where that is no fixed one. */
const lineOf = ({ place }: Device): string | null =>
  place.scope === "located" && place.network_kind === "fixed" && place.asn !== null
    ? `${place.asn} ${place.city}`
    : null;

/**
 * The line of a home whose own devices come by a public address, as through a proxy: the one that most of the household is on, with
 * something that stays where it was put up. Nothing where more devices show that they are on the home network itself: whatever has a
 * public address is elsewhere then, and grandmother's house has a TV, too.
 */
export function homeLine(devices: Device[]): string | null {
  const own = devices.filter((device) => device.signed_in && isFamiliar(device));
  const lines = new Map<string, Device[]>();
  for (const device of own) {
    const line = lineOf(device);
    if (line) lines.set(line, [...(lines.get(line) ?? []), device]);
  }
  const [most] = [...lines].sort(([, one], [, other]) => other.length - one.length);
  if (!most) return null;
  const [line, there] = most;
  const onNetwork = own.filter(({ place, current }) => place.scope === "home_network" && !current).length;
  const isHome = there.length > 1 && there.length > onNetwork && there.some(({ kind }) => STAYS.includes(kind));
  return isHome ? line : null;
}

/** Whether a device is at home. */
export const isAtHome = (device: Device, line: string | null): boolean =>
  isOnHomeNetwork(device) || (line !== null && lineOf(device) === line);

/** In which part a device is. */
export function groupOf(device: Device, line: string | null, now: number): Group {
  if (device.current) return "here";
  if (needsAnswer(device)) return "answer";
  if (isIdle(device, now)) return "idle";
  if (device.place.scope === "unknown") return "somewhere";
  if (!isAtHome(device, line)) return "away";
  return isActive(device, now) ? "here" : "home";
}

/** The parts that have something in them, from the top; in each, the order that the devices came in. */
export function grouped(devices: Device[], now: number): { group: Group; devices: Device[] }[] {
  const line = homeLine(devices);
  const parts = devices.map((device) => ({ device, group: groupOf(device, line, now) }));
  return groups
    .map((group) => ({ group, devices: parts.filter((part) => part.group === group).map(({ device }) => device) }))
    .filter((part) => part.devices.length > 0);
}
