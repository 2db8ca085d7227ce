// A device in a few words.

import type { Device } from "../api/generated/Device";
import { t } from "../i18n";
import { placeWords } from "../i18n/format";
import { openSessions } from "./session-words";

/** Longest silence of a device on which something plays, as the home counts it. */
const PLAYS_ON_MS = 5 * 60_000;

/** Whether something is being watched on it just now. */
export const isPlaying = ({ playing, last_title, last_active_at }: Device, now: number): boolean =>
  playing && last_title !== null && now - Date.parse(last_active_at) < PLAYS_ON_MS;

/** Whether a device is in use just now, as the home counts it. */
export const isActive = ({ signed_in, last_active_at }: Device, now: number): boolean =>
  signed_in && now - Date.parse(last_active_at) < PLAYS_ON_MS;

/** "Ana is watching Planet Earth", "Ana watched Planet Earth", "Used by Ana", or that nobody has been chosen. */
export function lastUse(device: Device, now: number): string {
  const { profile, last_title } = device;
  if (last_title) {
    // Nobody watches a speaker.
    const words = device.kind === "speaker" ? t.devices.heard : t.devices.seen;
    const { by, alone } = isPlaying(device, now) ? words.now : words.before;
    return profile ? by(profile.name, last_title) : alone(last_title);
  }
  if (profile) return t.devices.usedBy(profile.name);
  // Whose it is at a service, where nobody of the household was matched to that.
  const told = device.sessions.find(({ person, state }) => person !== null && state !== "ended");
  return told?.person ? t.sessions.usedAs(told.person, told.source) : t.devices.noProfile;
}

/** Everything a search looks at, in lower case: the same fields and words as the home's own search. */
export const searchable = (device: Device): string =>
  [
    device.name,
    t.kinds[device.kind],
    device.model,
    device.app,
    device.os,
    device.service,
    ...openSessions(device).flatMap(({ source, person }) => [source, person]),
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
