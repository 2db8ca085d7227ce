// The words that many screens share: buttons, errors, the way here, times.

import type { DeviceKind } from "../../api/generated/DeviceKind";
import { plural } from "./plural";

export const common = {
  back: "Back",
  cancel: "Cancel",
  close: "Close",
  done: "Done",
  loading: "Loading…",
  notNow: "Not now",
  retry: "Try again",
  save: "Save",
  undo: "Undo",
  showMore: "Show more",
  skip: "Skip to the content",
  list: (items: string[]) => new Intl.ListFormat("en", { style: "long", type: "conjunction" }).format(items),
  either: (items: string[]) => new Intl.ListFormat("en", { style: "long", type: "disjunction" }).format(items),
  reconnecting: "The connection was lost. Trying to get it back…",
};

export const errors = {
  cookiesBlocked:
    "This browser does not keep cookies for this site, so that it cannot stay signed in. Allow them, and open the home by its own address (https, if it has one), then try again.",
  unreachable: "Your home does not answer. Check that Latchkey is running and that you are on its network.",
  unexpected: (status: number) => `The home answered in an unexpected way (${status}). Try again.`,
  loadFailed: "This could not be loaded",
  actionFailed: "That did not work",
};

export const path = {
  label: "Where you are",
  account: "Account",
  security: "Security & privacy",
  devices: "Manage access and devices",
  alerts: "Alerts",
  history: "History",
  profiles: "Profiles",
  settings: "Settings",
  link: "Link a TV",
  addPhone: "Add a phone",
};

export const menu = {
  label: "Your menu",
  using: (name: string) => `${name} is using this device`,
  switch: "Switch profile",
  settings: "Settings",
  signOut: "Sign out this device",
  alerts: (count: number) =>
    count === 0 ? "Alerts" : plural(count, { one: "Alerts: # is waiting", other: "Alerts: # are waiting" }),
  home: "Latchkey, to your account",
  main: "Latchkey",
  devices: "Devices",
  alertsShort: "Alerts",
  history: "History",
  account: "Account",
};

export const kinds = {
  tv: "TV",
  streaming_box: "Streaming box",
  console: "Game console",
  phone: "Phone",
  tablet: "Tablet",
  computer: "Computer",
  browser: "Browser",
  speaker: "Speaker",
  other: "Other device",
} satisfies Record<DeviceKind, string>;

/** Several of one kind. */
export const kindsCounted = {
  tv: (count: number) => plural(count, { one: "# TV", other: "# TVs" }),
  streaming_box: (count: number) => plural(count, { one: "# streaming box", other: "# streaming boxes" }),
  console: (count: number) => plural(count, { one: "# game console", other: "# game consoles" }),
  phone: (count: number) => plural(count, { one: "# phone", other: "# phones" }),
  tablet: (count: number) => plural(count, { one: "# tablet", other: "# tablets" }),
  computer: (count: number) => plural(count, { one: "# computer", other: "# computers" }),
  browser: (count: number) => plural(count, { one: "# browser", other: "# browsers" }),
  speaker: (count: number) => plural(count, { one: "# speaker", other: "# speakers" }),
  other: (count: number) => plural(count, { one: "# device", other: "# devices" }),
} satisfies Record<DeviceKind, (count: number) => string>;

export const time = {
  now: "just now",
  today: "Today",
  dayAt: (day: string, clock: string) => `${day} ${clock}`,
  yesterday: "Yesterday",
  at: (when: string, clock: string) => `${when}, ${clock}`,
  unknown: "at an unknown time",
};

export const start = {
  connecting: "Starting…",
  unreachableTitle: "Your home does not answer",
  unreachable: "Check that Latchkey is running, and that this device is on the same network. Then try again.",
  elsewhere: "Use a home at another address",
};
