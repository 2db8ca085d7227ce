// The words of the history.

import type { AlertKind } from "../../api/generated/AlertKind";
import type { Answer } from "../../api/generated/Answer";
import type { Budget } from "../../api/generated/Budget";
import type { EndedReason } from "../../api/generated/EndedReason";
import type { HistoryDetail } from "../../api/generated/HistoryDetail";
import type { HistoryKind } from "../../api/generated/HistoryKind";
import type { SignInMethod } from "../../api/generated/SignInMethod";
import type { Verdict } from "../../api/generated/Verdict";
import { channelKinds } from "./channels";

/** A detail of one kind, if it is one. */
const of = <Kind extends HistoryDetail["kind"]>(detail: HistoryDetail | null | undefined, kind: Kind) =>
  detail?.kind === kind ? (detail as Extract<HistoryDetail, { kind: Kind }>) : null;

/** " at Films", for what happened at a watched service. */
function atService(detail?: HistoryDetail | null): string {
  const service = of(detail, "at_service")?.name;
  return service ? ` at ${service}` : "";
}

function channelWords(detail?: HistoryDetail | null): string {
  const channel = of(detail, "channel");
  return channel ? `The way to be told “${channel.name}” (${channelKinds[channel.channel]})` : "A way to be told";
}

export const history = {
  title: "History",
  lead: "Everything that happened to your account’s access. It is kept for two years; nobody can delete any of it.",
  filterKind: "What",
  filterDevice: "Device",
  everything: "Everything",
  allDevices: "All devices",
  export: "Export",
  exportCsv: "As a table (CSV)",
  exportJson: "As data (JSON)",
  exporting: "Preparing the file…",
  exported: "The whole history was saved.",
  exportedTo: (path: string) => `The whole history was saved as ${path}.`,
  emptyTitle: "Nothing of that kind",
  empty: "Choose “Everything” to see all there is.",
  kinds: {
    account_created: "Account created",
    sign_in: "Sign-ins",
    sign_in_failed: "Failed sign-ins",
    wrong_pin: "Wrong PINs",
    sign_out: "Sign-outs",
    refused: "Refused requests",
    new_place: "New places",
    alert: "Alerts",
    alert_answered: "Answers",
    password_changed: "Password changes",
    password_recovered: "Forgotten passwords",
    device_renamed: "Renamed devices",
    profile_changed: "Profiles",
    session_held: "Sign-ins put on hold",
    devices_merged: "Devices put together",
    devices_separated: "Devices taken apart",
    alert_settings_changed: "Changed alert settings",
    set_aside: "Learning begun anew",
    vouch_asked: "Asked to answer for the household",
    channel_added: "Added ways to be told",
    channel_removed: "Removed ways to be told",
    pairing_spoiled: "Codes that two devices used",
    home_network_changed: "Where the home listens",
    sign_out_asked: "Sign-outs asked for at services",
    service_added: "Services added",
    service_removed: "Services removed",
    plan_begun: "Plans of bad evenings",
  } satisfies Record<HistoryKind, string>,
  lines: {
    account_created: () => "The account was created",
    sign_in: (device: string, detail?: HistoryDetail | null) => `${device} signed in${atService(detail)}`,
    sign_in_failed: (device: string, detail?: HistoryDetail | null) => {
      const service = of(detail, "at_service")?.name;
      return service ? `Somebody failed to sign in at ${service}` : `A sign-in on ${device} failed`;
    },
    wrong_pin: (device: string, detail?: HistoryDetail | null) =>
      `A wrong ${of(detail, "guessed")?.what === "password" ? "password" : "PIN"} was given on ${device}`,
    sign_out: (device: string) => `${device} was signed out`,
    refused: (device: string) => `${device} asked once more and was refused`,
    new_place: (device: string) => `${device} turned up at a new place`,
    alert: (device: string, detail?: HistoryDetail | null) => {
      const about = of(detail, "about")?.about;
      if (about === "takes_over") return `${device}, which is unfamiliar, signed others out or changed the password`;
      return about === "wrong_pins" ? `Somebody kept guessing on ${device}` : `${device} looked unfamiliar`;
    },
    alert_answered: (device: string) => `An alert about ${device} was answered`,
    password_changed: () => "The password was changed",
    password_recovered: () => "A forgotten password was replaced on the home’s computer",
    device_renamed: (device: string, detail?: HistoryDetail | null) => {
      const name = of(detail, "renamed")?.name ?? of(detail, "said_before")?.text;
      return name ? `${device} was renamed to “${name}”` : `${device} has its own name back`;
    },
    profile_changed: (_device: string, detail?: HistoryDetail | null, whose?: string | null) => {
      const done = { created: "added", changed: "changed", deleted: "deleted" };
      return `${whose ? `${whose}’s profile` : "A profile"} was ${done[of(detail, "profile")?.change ?? "changed"]}`;
    },
    session_held: (device: string) => `The sign-in of ${device} was put on hold`,
    devices_merged: (device: string, detail?: HistoryDetail | null) => {
      const before = of(detail, "replaces")?.name ?? of(detail, "said_before")?.text;
      return before ? `${device} took the place of “${before}”` : `${device} took the place of another device`;
    },
    devices_separated: (device: string) => `${device} is a device of its own again`,
    alert_settings_changed: () => "The alert settings were changed",
    set_aside: (_device: string, detail?: HistoryDetail | null) =>
      of(detail, "part")?.part === "settings"
        ? "What was set about alerts could not be read any more: it is as at first, which tells and holds. Set it again"
        : "What Latchkey had learnt about this account could not be read any more: it learns anew, from the devices it knows",
    vouch_asked: (device: string) => `${device} asked to answer for your household`,
    channel_added: (_device: string, detail?: HistoryDetail | null) => `${channelWords(detail)} was added`,
    channel_removed: (_device: string, detail?: HistoryDetail | null) => `${channelWords(detail)} was removed`,
    pairing_spoiled: (device: string) =>
      `Two devices used the code that ${device} showed to a phone, so neither was let in`,
    home_network_changed: (_device: string, detail?: HistoryDetail | null) =>
      of(detail, "home_network")?.on
        ? "The home listens on the home network from then on"
        : "The home listens on its own computer only from then on",
    sign_out_asked: (device: string, detail?: HistoryDetail | null) =>
      `The sign-out of ${device} was asked for at ${of(detail, "at_service")?.name ?? "a service"}`,
    service_added: (_device: string, detail?: HistoryDetail | null) =>
      `${of(detail, "at_service")?.name ?? "A service"} is watched from then on`,
    service_removed: (_device: string, detail?: HistoryDetail | null) =>
      `${of(detail, "at_service")?.name ?? "A service"} is not watched any more`,
    plan_begun: () => "A plan of what had to be ended on a bad evening was begun",
  } satisfies Record<HistoryKind, (device: string, detail?: HistoryDetail | null, profile?: string | null) => string>,
  someDevice: "A device",
  unknownLine: (device: string) => `${device} did something that this version of Latchkey does not know`,
  by: (name: string) => `Used by ${name}`,
  /** What a detail says that the sentence does not; a kind that is not here, or an empty word, says nothing more. */
  details: {
    signed_in: {
      password: "with the password",
      code: "with a code",
      setup: "during set-up",
      drill: "in a fire drill",
      service: "at a watched service",
    } satisfies Record<SignInMethod, string>,
    ended: {
      signed_out_here: "by itself",
      signed_out_remotely: "from another device",
      revoked: "by giving its sign-in back",
      token_replayed: "because two devices used its sign-in",
      not_me: "“It is not ours”",
      password_changed: "because the password was changed",
      replaced: "because it signed in anew",
      ended_at_service: "at its service, without Latchkey",
      service_removed: "because its service is not watched any more",
    } satisfies Record<EndedReason, string>,
    endedAt: (service: string, byItself: boolean) => (byItself ? `at ${service}, without Latchkey` : `at ${service}`),
    judged: {
      familiar: "",
      new_device: "a device never seen before",
      new_place: "a place never been at before",
      suspicious: "may be somebody else",
    } satisfies Record<Verdict, string>,
    about: {
      sign_in: "",
      takes_over: "",
      wrong_pins: "",
      asks_to_vouch: "",
    } satisfies Record<AlertKind, string>,
    answered: {
      me: "“It is ours”",
      not_me: "“It is not ours”",
      unsure: "“Not sure”",
    } satisfies Record<Answer, string>,
    budget: {
      yearly: "at most one false alarm a year",
      quarterly: "at most one false alarm in three months",
      monthly: "at most one false alarm a month",
      weekly: "at most one false alarm a week",
    } satisfies Record<Budget, string>,
    said_before: (text: string) => `as an earlier version said: “${text}”`,
    unknown: "and something that this version of Latchkey does not know",
  },
};
