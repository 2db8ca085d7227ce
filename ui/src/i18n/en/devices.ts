// The words of devices: the list, one device, and signing out.

import type { EndedReason } from "../../api/generated/EndedReason";
import type { SignInMethod } from "../../api/generated/SignInMethod";
import type { Verdict } from "../../api/generated/Verdict";
import type { Group } from "../../parts/device-groups";
import { common } from "./common";
import { plural } from "./plural";

export const familiarity = {
  familiar: "Familiar",
  new_device: "New device",
  new_place: "New place",
  suspicious: "May be somebody else",
} satisfies Record<Verdict, string>;

export const devices = {
  title: "Manage access and devices",
  lead: (count: number) =>
    plural(count, {
      one: "# device is signed in to your account.",
      other: "# devices are signed in to your account.",
    }),
  listLabel: "Devices that are signed in",
  /** The parts of the list, by what a household looks for. */
  groups: {
    answer: "Needs an answer",
    here: "Here now",
    home: "At home",
    away: "Away",
    somewhere: "Place unknown",
    idle: "Not used for 90 days",
  } satisfies Record<Group, string>,
  current: "Current device",
  activeNow: "Active now",
  /** What somebody watches, or listens to on a speaker. */
  seen: {
    now: {
      by: (name: string, title: string) => `${name} is watching ${title}`,
      alone: (title: string) => `Watching ${title}`,
    },
    before: {
      by: (name: string, title: string) => `${name} watched ${title}`,
      alone: (title: string) => `Watched ${title}`,
    },
  },
  heard: {
    now: {
      by: (name: string, title: string) => `${name} is listening to ${title}`,
      alone: (title: string) => `Playing ${title}`,
    },
    before: {
      by: (name: string, title: string) => `${name} listened to ${title}`,
      alone: (title: string) => `Played ${title}`,
    },
  },
  usedBy: (name: string) => `Used by ${name}`,
  noProfile: "No profile chosen yet",
  signOut: "Sign out",
  signOutOf: (name: string) => `Sign out ${name}`,
  /** A device that is signed in at services, told from one of the same name that is signed in here. */
  nameAt: (name: string, services: string[]) => `${name} at ${common.list(services)}`,
  onHold: "On hold",
  answer: "Answer",
  answerFor: (name: string) => `Answer for ${name}`,
  signOutAll: "Sign out of all devices",
  search: "Search",
  clearSearch: "Clear the search",
  filters: "Filter",
  filtersActive: (count: number) => plural(count, { one: "Filter: # on", other: "Filter: # on" }),
  filterKind: "Kind",
  filterProfile: "Who",
  filterPlace: "Place",
  filterService: "Service",
  filterIdle: "Last used",
  any: "Any",
  idle30: "Not for 30 days",
  idle90: "Not for 90 days",
  clearFilters: "Show all devices",
  found: (count: number, former: number) => {
    const found = plural(count, { one: "# device found", other: "# devices found" });
    return former > 0 ? `${found}, and ${former.toLocaleString("en")} signed out` : found;
  },
  noneFound: "No device fits",
  noneFoundHint: "Try fewer words, or show all devices.",
  onlyThis: "Only this device so far",
  onlyThisHint:
    "Here you see every device that is signed in, hear at once of one that you do not know, and sign out any of them.",
  openThere: (several: boolean) =>
    several
      ? "On a TV, a phone or another browser, open one of these addresses and sign in. It shows up here at once."
      : "On a TV, a phone or another browser, open this address and sign in. It shows up here at once.",
  linkTv: "Link a TV",
  former: (count: number) => plural(count, { one: "Signed out: # device", other: "Signed out: # devices" }),
  signedOut: "Signed out",
  select: "Select several",
  selectDone: "Done",
  selectAll: "Select all shown",
  selectNone: "Select none",
  selectOne: (name: string) => `Select ${name}`,
  selected: (count: number) => plural(count, { one: "# selected", other: "# selected" }),
  signOutSelected: (count: number) =>
    count === 0
      ? "Choose devices to sign out"
      : plural(count, { one: "Sign out # device", other: "Sign out # devices" }),
  open: (name: string) => `Everything about ${name}`,
  keys: "Arrow keys move through the list, Enter opens a device, Escape closes it, / searches.",
  why: (reason: string) => `Why: ${reason}`,
  appeared: (name: string) => `${name} signed in`,
  wasSignedOut: (name: string) => `${name} was signed out`,
  worldTitle: "Where they are",
  worldHint: "Approximate, from internet addresses.",
  atHome: (count: number) =>
    plural(count, { one: "# is at home and not on the map.", other: "# are at home and not on the map." }),
  placeless: (count: number) =>
    plural(count, {
      one: "# is at a place nobody knows.",
      other: "# are at places nobody knows.",
    }),
  via: (service: string) => `via ${service}`,
  failedHint: "The list could not be loaded.",
};

export const device = {
  gone: "There is no such device",
  goneHint: "It may have been removed, or the address is not right.",
  rename: "Rename",
  renameLabel: "Name of this device",
  renameHint: "Leave it empty to bring back the device’s own name.",
  renamed: (name: string) => `Renamed to “${name}”`,
  factsTitle: "About this device",
  who: "Last used by",
  title: "Last played",
  active: "Last active",
  firstSeen: "First seen",
  signedInBy: "Signed in with",
  letInBy: "Let in by",
  letIn: "It let in by code",
  service: "Service",
  kind: "Kind",
  model: "Model",
  system: "System",
  app: "App",
  address: "Internet address",
  ended: "Signed out",
  refused: "First refused request",
  refusedNotYet: "It has not asked again yet",
  signedIn: "Signed in",
  familiarTitle: "This device is familiar",
  unfamiliarTitle: "Why it is not familiar",
  suspiciousTitle: "Why it may be somebody else",
  tookPlace: (whose: string) => `It took the place of ${whose}.`,
  tookPlaceSince: (whose: string, when: string) => `It took the place of ${whose}, since ${when}.`,
  named: (name: string) => `“${name}”`,
  another: "another device",
  anotherOfThatName: "an earlier device of that name",
  twoDevices: "They are two devices",
  separated: "They are two devices again",
  toAlert: "See the alert",
  historyTitle: "What it did",
  allHistory: "All of its history",
  noHistory: "Nothing yet.",
};

export const methods = {
  password: "the password",
  code: "a code, allowed from another device",
  setup: "the set-up: the account was created on it",
  drill: "a fire drill: it is made up",
  service: "its own sign-in at that service: Latchkey found it there",
} satisfies Record<SignInMethod, string>;

export const endedReasons = {
  signed_out_here: "It signed itself out",
  signed_out_remotely: "Signed out from another device",
  revoked: "Its app gave the sign-in back",
  token_replayed: "Two devices used its sign-in",
  not_me: "Somebody said “It is not ours”",
  password_changed: "The password was changed",
  replaced: "It signed in anew",
  ended_at_service: "It ended at its service, without Latchkey",
  service_removed: "Its service is not watched any more",
} satisfies Record<EndedReason, string>;

export const signOut = {
  titleOne: (name: string) => `Sign out ${name}?`,
  titleThis: "Sign out this device?",
  titleMany: (count: number) => plural(count, { one: "Sign out # device?", other: "Sign out # devices?" }),
  titleAll: "Sign out of all devices?",
  explainOne: "It stops working at its very next request, and has to sign in again with the password or a code.",
  explainThis: "You will have to sign in again to come back.",
  explainMany: "They stop working at their very next request. Each has to sign in again with the password or a code.",
  keepThis: "Keep this device signed in",
  letIn: "It let these in by code. Sign them out with it?",
  letInBy: (name: string) => `Let in by ${name}`,
  confirmOne: "Sign out",
  confirmMany: (count: number) => plural(count, { one: "Sign out # device", other: "Sign out # devices" }),
  working: "Signing out…",
  ready: "Will be signed out",
  kept: "Stays signed in",
  waiting: "Waiting…",
  doneAt: (clock: string) => `Signed out at ${clock}`,
  done: "Signed out",
  already: "Was signed out already",
  missing: "Is gone already",
  failed: "Failed",
  refusedAt: (clock: string) => `Its next request was refused at ${clock}.`,
  refusedNext: "Its next request will be refused.",
  titleDone: (count: number) => plural(count, { one: "Signed out", other: "# devices signed out" }),
  titleFailed: (count: number) =>
    plural(count, { one: "# device could not be signed out", other: "# devices could not be signed out" }),
  progress: (done: number, all: number) => `${done} of ${all} signed out`,
  retry: (count: number) => plural(count, { one: "Try it again", other: "Try those # again" }),
  passwordHint: "If somebody knows your password, change it as well: otherwise they can sign in again.",
  changePassword: "Change the password",
};
