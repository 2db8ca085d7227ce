// Which devices a search and the filters leave.

import type { Device } from "../api/generated/Device";
import type { DeviceKind } from "../api/generated/DeviceKind";
import { searchable } from "./device-words";
import { sourcesOf } from "./session-words";

/** What is asked for; an empty word does not limit. */
export interface Filter {
  words: string;
  kind: DeviceKind | "";
  profile: string;
  /** A country's two letters, or a scope such as "home_network". */
  place: string;
  service: string;
  idleDays: "" | "30" | "90";
}

/** A filter that leaves every device. */
export const everyDevice = (): Filter => ({ words: "", kind: "", profile: "", place: "", service: "", idleDays: "" });

/** How many filters are on, apart from the search. */
export const filtersOn = ({ kind, profile, place, service, idleDays }: Filter): number =>
  [kind, profile, place, service, idleDays].filter(Boolean).length;

/** What the place filter calls a device's place. */
export const placeChoice = (device: Device): string => device.place.country_code ?? device.place.scope;

const DAY_MS = 86_400_000;

/** Whether a device fits. */
export function fits(device: Device, filter: Filter, now: number): boolean {
  if (filter.kind && device.kind !== filter.kind) return false;
  if (filter.profile && device.profile?.id !== filter.profile) return false;
  if (filter.place && placeChoice(device) !== filter.place) return false;
  if (filter.service && !sourcesOf(device).includes(filter.service)) return false;
  if (filter.idleDays && now - Date.parse(device.last_active_at) < Number(filter.idleDays) * DAY_MS) return false;
  const words = filter.words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = searchable(device);
  return words.every((word) => text.includes(word));
}
