// A device in a few words.

import type { Device } from "../api/generated/Device";
import { t } from "../i18n";
import { placeWords } from "../i18n/format";

/** Longest silence of a device on which something plays, as the home counts it. */
const PLAYS_ON_MS = 5 * 60_000;

/** Whether something is being watched on it just now. */
export const isPlaying = ({ playing, last_title, last_active_at }: Device, now: number): boolean =>
  playing && last_title !== null && now - Date.parse(last_active_at) < PLAYS_ON_MS;

/** "Ana is watching Planet Earth", "Ana watched Planet Earth", "Used by Ana", or that nobody has been chosen. */
export function lastUse(device: Device, now: number): string {
  const { profile, last_title } = device;
  if (last_title && isPlaying(device, now)) {
    return profile ? t.devices.watchingBy(profile.name, last_title) : t.devices.watching(last_title);
  }
  if (last_title) return profile ? t.devices.watchedBy(profile.name, last_title) : t.devices.watched(last_title);
  return profile ? t.devices.usedBy(profile.name) : t.devices.noProfile;
}

/** Everything a search looks at, in lower case: the same fields as the home's own search. */
export const searchable = (device: Device): string =>
  [
    device.name,
    device.model,
    device.app,
    device.os,
    device.service,
    device.profile?.name,
    device.last_title,
    device.place.region,
    placeWords(device.place),
  ]
    .filter(Boolean)
    .join("\n")
    .toLocaleLowerCase();

/** Whether a device's sign-in fits the household. */
export const isFamiliar = (device: Device): boolean => device.familiarity.verdict === "familiar";

/** What its reasons are: why it is or is not familiar. */
export function whyWords(device: Device): string {
  if (device.familiarity.verdict === "suspicious") return t.device.suspiciousTitle;
  return isFamiliar(device) ? t.device.familiarTitle : t.device.unfamiliarTitle;
}
