// Which things lie at the same place, for a map.

import type { Place } from "../api/generated/Place";
import { placeWords } from "../i18n/format";

/** Something that can be put on a map. */
export interface Pinned {
  id: string;
  place: Place;
  tone: Tone;
}

/** How a pin looks: usual, the device one is at, or unfamiliar. */
export type Tone = "usual" | "current" | "alert";

/** Everything at one place. */
export interface Spotted {
  key: string;
  words: string;
  place: Place;
  tone: Tone;
  ids: string[];
}

/** Groups things by place. Places without coordinates and country cannot be shown and are left out. */
export function spotted(things: Pinned[]): Spotted[] {
  const groups = new Map<string, Spotted>();
  for (const { id, place, tone } of things) {
    const key = placeKey(place);
    if (!key) continue;
    const group = groups.get(key);
    if (group) {
      group.ids.push(id);
      group.tone = stronger(group.tone, tone);
    } else {
      groups.set(key, { key, words: placeWords(place), place, tone, ids: [id] });
    }
  }
  return [...groups.values()];
}

/** Names a place on the map: the same for two devices that are drawn at the same spot. */
export function placeKey(place: Place): string | null {
  if (place.scope !== "located") return null;
  if (hasSpot(place)) return `${place.latitude?.toFixed(1)} ${place.longitude?.toFixed(1)}`;
  return place.country_code;
}

/** Whether a place is known closely enough for a point; else only its country is. */
export const hasSpot = (place: Place): boolean =>
  place.city !== null && place.latitude !== null && place.longitude !== null;

const stronger = (one: Tone, other: Tone): Tone => {
  const order: Tone[] = ["usual", "current", "alert"];
  return order.indexOf(one) > order.indexOf(other) ? one : other;
};
