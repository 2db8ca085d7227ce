// Times, distances, sizes and places in words, in the person's own time zone.

import type { Area } from "../api/generated/Area";
import type { Place } from "../api/generated/Place";
import { t } from "./index";

// The words are English, but the person's own habits (24 hours, day before month) come from their browser.
const habits = navigator.languages.find((language) => language.startsWith(t.locale)) ?? t.locale;

const exactFormat = new Intl.DateTimeFormat(habits, { dateStyle: "full", timeStyle: "long" });
const clockFormat = new Intl.DateTimeFormat(habits, { timeStyle: "short" });
const secondsFormat = new Intl.DateTimeFormat(habits, { timeStyle: "medium" });
const dayFormat = new Intl.DateTimeFormat(habits, { weekday: "short", day: "numeric", month: "short" });
const dateFormat = new Intl.DateTimeFormat(habits, { day: "numeric", month: "short", year: "numeric" });
const monthFormat = new Intl.DateTimeFormat(habits, { month: "long", year: "numeric" });
const longDayFormat = new Intl.DateTimeFormat(habits, { weekday: "long", day: "numeric", month: "long" });
const relativeFormat = new Intl.RelativeTimeFormat(habits, { numeric: "auto" });
const countries = new Intl.DisplayNames(habits, { type: "region", fallback: "none" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "2 hours ago", "yesterday", "in 4 minutes". */
export function relative(at: string, now: number): string {
  const passed = now - Date.parse(at);
  const ahead = passed < 0;
  const amount = Math.abs(passed);
  const say = (unit: Intl.RelativeTimeFormatUnit, size: number) =>
    relativeFormat.format(Math.round(amount / size) * (ahead ? 1 : -1), unit);
  if (amount < MINUTE) return ahead ? say("second", 1000) : t.time.now;
  if (amount < HOUR) return say("minute", MINUTE);
  if (amount < DAY && sameDay(Date.parse(at), now)) return say("hour", HOUR);
  if (amount < 6 * HOUR) return say("hour", HOUR);
  const days = Math.round((startOfDay(now) - startOfDay(Date.parse(at))) / DAY);
  if (Math.abs(days) < 14) return relativeFormat.format(-days, "day");
  if (amount < 60 * DAY) return say("week", 7 * DAY);
  if (amount < 700 * DAY) return say("month", 30.44 * DAY);
  return say("year", 365.25 * DAY);
}

/** The date and time that goes with "2 hours ago": "18:04", "Fri 20 Nov, 18:04", "3 Mar 2025". */
export function when(at: string, now: number): string {
  const moment = Date.parse(at);
  if (sameDay(moment, now)) return clockFormat.format(moment);
  if (now - moment < 180 * DAY) return t.time.at(dayFormat.format(moment), clockFormat.format(moment));
  return dateFormat.format(moment);
}

/** Until when something lasts: "20:14", "tomorrow 20:14", "Fri 20 Nov, 20:14". */
export function until(at: string, now: number): string {
  const moment = Date.parse(at);
  const days = Math.round((startOfDay(moment) - startOfDay(now)) / DAY);
  if (days === 0) return clockFormat.format(moment);
  if (days === 1) return t.time.dayAt(relativeFormat.format(1, "day"), clockFormat.format(moment));
  return when(at, now);
}

/** Everything about a moment: "Friday 20 November 2026 at 18:04:09 WET". */
export const exact = (at: string): string => exactFormat.format(Date.parse(at));

/** "20:14:03". */
export const clock = (at: string): string => secondsFormat.format(Date.parse(at));

/** "18:04". */
export const shortClock = (at: string): string => clockFormat.format(Date.parse(at));

/** "20 Nov 2026". */
export const date = (at: string): string => dateFormat.format(Date.parse(at));

/** "June 2026". */
export const month = (at: string): string => monthFormat.format(Date.parse(at));

/** Heading of a day: "Today", "Yesterday", "Friday 20 November". */
export function day(at: string, now: number): string {
  const moment = Date.parse(at);
  const days = Math.round((startOfDay(now) - startOfDay(moment)) / DAY);
  if (days === 0) return t.time.today;
  if (days === 1) return t.time.yesterday;
  return now - moment < 300 * DAY ? longDayFormat.format(moment) : dateFormat.format(moment);
}

function startOfDay(moment: number): number {
  const midnight = new Date(moment);
  midnight.setHours(0, 0, 0, 0);
  return midnight.getTime();
}

const sameDay = (one: number, other: number) => startOfDay(one) === startOfDay(other);

/** "250 km". */
export const kilometres = (amount: number): string =>
  new Intl.NumberFormat(habits, {
    style: "unit",
    unit: "kilometer",
    unitDisplay: "short",
    maximumSignificantDigits: 2,
  }).format(amount);

/** Milliseconds in seconds, to the hundredth as long as that says something: "0.05", "42.1". */
export const seconds = (ms: number): string => {
  const digits = ms < 10_000 ? 2 : 1;
  return new Intl.NumberFormat(habits, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    ms / 1000,
  );
};

/** "63 MB"; below a megabyte "2.31 kB". */
export const fileSize = (bytes: number): string =>
  new Intl.NumberFormat(habits, {
    style: "unit",
    unit: bytes < 1e6 ? "kilobyte" : "megabyte",
    unitDisplay: "short",
    maximumSignificantDigits: 3,
  }).format(bytes / (bytes < 1e6 ? 1e3 : 1e6));

/** A country's name from its code; the code itself where it has none. */
export function country(code: string): string {
  try {
    return countries.of(code) ?? code;
  } catch {
    return code;
  }
}

/** A place in words, never as a fact: "near Lisbon, Portugal", "somewhere in Portugal", "on the home network". */
export function placeWords(place: Place): string {
  if (place.scope !== "located") return t.place[place.scope];
  const land = place.country_code ? country(place.country_code) : null;
  if (place.city) return t.place.near(land ? t.place.cityIn(place.city, land) : place.city);
  if (land) return t.place.somewhere(land);
  return place.region ? t.place.near(place.region) : t.place.unknown;
}

/** What an area is called: "Lisbon, Portugal", "Portugal", "on the home network". */
export function areaWords(area: Area): string {
  if (area.scope !== "located") return t.place[area.scope];
  const land = area.country_code ? country(area.country_code) : null;
  if (area.name) return land ? t.place.cityIn(area.name, land) : area.name;
  return land ?? t.place.unknown;
}

/** The same with what sort of network it is, where that matters: "near Riga, Latvia, through a VPN". */
export function placeAndNetworkWords(place: Place): string {
  const network = place.scope === "located" ? t.networks.short[place.network_kind] : "";
  return network ? t.place.through(placeWords(place), network) : placeWords(place);
}

/** How good that is: "Worked out from its internet address, so it is never exact. It is probably within 25 km of here." */
export function placeExplained(place: Place): string {
  const words = t.place.explain;
  if (place.scope !== "located") return words[place.scope];
  if (!place.city) return `${words.located} ${words.countryOnly}`;
  return `${words.located} ${place.accuracy_radius_km ? words.within(kilometres(place.accuracy_radius_km)) : words.noRadius}`;
}
